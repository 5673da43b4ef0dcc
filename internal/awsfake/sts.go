package awsfake

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Role may be assumed.
type Role struct {
	// Account and Name make its ARN.
	Account, Name string
	// Trusted are the ARNs that may assume it; "*" is anybody with credentials.
	Trusted []string
	// ExternalID must be given by those.
	ExternalID string
	// Untaggable refuses session tags: sts:TagSession is not allowed.
	Untaggable bool
	// Lifetime of its sessions; what the caller asks for, or an hour, when zero.
	Lifetime time.Duration
	// Subject may assume it with a token of an identity provider of its account;
	// a star at the end is any rest. Audience is the token's.
	Issuer, Audience, Subject string
}

// ARN is the role's.
func (r Role) ARN() string { return fmt.Sprintf("arn:aws:iam::%s:role/%s", r.Account, r.Name) }

// Role makes a role, and returns its ARN.
func (s *Server) Role(r Role) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.roles[r.ARN()] = r
	return r.ARN()
}

// Token is an identity provider's token. Its signature is nobody's.
func Token(issuer, audience, subject string, expires time.Time) string {
	part := func(v any) string {
		text, _ := json.Marshal(v)
		return base64.RawURLEncoding.EncodeToString(text)
	}
	return part(map[string]any{"alg": "RS256", "typ": "JWT"}) + "." +
		part(map[string]any{"iss": issuer, "aud": audience, "sub": subject, "exp": expires.Unix()}) + "." +
		base64.RawURLEncoding.EncodeToString([]byte("signature"))
}

func (s *Server) handleSTS() {
	s.Handle("sts", "GetCallerIdentity", func(c *Call) (any, error) {
		return map[string]any{"Account": c.Identity.Account, "Arn": c.Identity.ARN, "UserId": c.Identity.UserID}, nil
	})
	s.Handle("sts", "AssumeRole", s.assumeRole)
	s.Handle("sts", "AssumeRoleWithWebIdentity", s.assumeRoleWithWebIdentity)
}

func (s *Server) assumeRole(c *Call) (any, error) {
	role, ok := s.role(c.String("RoleArn"))
	if !ok || !slices.Contains(role.Trusted, "*") && !slices.Contains(role.Trusted, c.Identity.ARN) || role.ExternalID != c.String("ExternalId") {
		return nil, refusedTo(c, "sts:AssumeRole", c.String("RoleArn"))
	}
	tags := map[string]string{}
	items, _ := c.Input["Tags"].([]any)
	for _, item := range items {
		tag := item.(map[string]any)
		tags[tag["Key"].(string)] = tag["Value"].(string)
	}
	if len(tags) > 0 && role.Untaggable {
		return nil, refusedTo(c, "sts:TagSession", c.String("RoleArn"))
	}
	return s.assumed(c, role, tags), nil
}

func refusedTo(c *Call, action, resource string) *Error {
	return &Error{Code: "AccessDeniedException",
		Message: fmt.Sprintf("User: %s is not authorized to perform: %s on resource: %s", c.Identity.ARN, action, resource)}
}

func (s *Server) assumeRoleWithWebIdentity(c *Call) (any, error) {
	var claims struct {
		Issuer   string `json:"iss"`
		Audience string `json:"aud"`
		Subject  string `json:"sub"`
		Expires  int64  `json:"exp"`
	}
	parts := strings.Split(c.String("WebIdentityToken"), ".")
	if len(parts) != 3 {
		return nil, &Error{Code: "InvalidIdentityTokenException", Message: "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)"}
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil || json.Unmarshal(payload, &claims) != nil {
		return nil, &Error{Code: "InvalidIdentityTokenException", Message: "Couldn't retrieve verification key from your identity provider, please reference AssumeRoleWithWebIdentity documentation for requirements"}
	}
	role, ok := s.role(c.String("RoleArn"))
	denied := &Error{Code: "AccessDeniedException", Message: "Not authorized to perform sts:AssumeRoleWithWebIdentity"}
	if !ok {
		return nil, denied
	}
	now := s.Clock.Now().Unix()
	switch {
	case role.Issuer != claims.Issuer:
		return nil, &Error{Code: "InvalidIdentityTokenException", Message: "No OpenIDConnect provider found in your account for " + claims.Issuer}
	case claims.Expires <= now:
		return nil, &Error{Code: "ExpiredTokenException", Message: fmt.Sprintf("Token expired: current date/time %d must be before the expiration date/time%d", now, claims.Expires)}
	case role.Audience != claims.Audience:
		return nil, &Error{Code: "InvalidIdentityTokenException", Message: "Incorrect token audience"}
	case !matches(role.Subject, claims.Subject):
		return nil, denied
	}
	answer := s.assumed(c, role, nil)
	answer["SubjectFromWebIdentityToken"] = claims.Subject
	answer["Audience"] = claims.Audience
	answer["Provider"] = claims.Issuer
	return answer, nil
}

func (s *Server) role(arn string) (Role, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	role, ok := s.roles[arn]
	return role, ok
}

func (s *Server) assumed(c *Call, role Role, tags map[string]string) map[string]any {
	lifetime := role.Lifetime
	if lifetime == 0 {
		lifetime = time.Duration(c.Int("DurationSeconds", 3600)) * time.Second
	}
	expires := s.Clock.Now().Add(lifetime).Truncate(time.Second)
	who := s.session(role.Account, role.Name, c.String("RoleSessionName"), expires, tags)
	return map[string]any{
		"AssumedRoleUser": map[string]any{"Arn": who.ARN, "AssumedRoleId": who.UserID},
		"Credentials": map[string]any{
			"AccessKeyId": who.AccessKeyID, "SecretAccessKey": who.SecretAccessKey,
			"SessionToken": who.SessionToken, "Expiration": expires,
		},
	}
}

func matches(pattern, text string) bool {
	if prefix, ok := strings.CutSuffix(pattern, "*"); ok {
		return strings.HasPrefix(text, prefix)
	}
	return pattern == text
}
