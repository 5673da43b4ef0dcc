package awsfake

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"time"
)

// Identity is somebody who may call.
type Identity struct {
	Account string
	ARN     string
	// UserID is GetCallerIdentity's.
	UserID          string
	AccessKeyID     string
	SecretAccessKey string
	// SessionToken and Expires are a session's; empty for a user with fixed keys.
	SessionToken string
	Expires      time.Time
	// Tags of the session.
	Tags map[string]string
}

// User makes a user with fixed keys.
func (s *Server) User(account, name string) Identity {
	return s.add(Identity{
		Account: account, ARN: fmt.Sprintf("arn:aws:iam::%s:user/%s", account, name),
		UserID: s.id("AIDA"), AccessKeyID: s.id("AKIA"),
	})
}

// Session makes temporary keys for a role, as sts does.
func (s *Server) Session(account, role, session string, expires time.Time) Identity {
	return s.session(account, role, session, expires, nil)
}

func (s *Server) session(account, role, session string, expires time.Time, tags map[string]string) Identity {
	return s.add(Identity{
		Account: account, ARN: fmt.Sprintf("arn:aws:sts::%s:assumed-role/%s/%s", account, role, session),
		UserID: s.id("AROA") + ":" + session, AccessKeyID: s.id("ASIA"), SessionToken: "session-token-" + s.id(""),
		Expires: expires, Tags: tags,
	})
}

func (s *Server) add(i Identity) Identity {
	i.SecretAccessKey = "secret-key-" + s.id("")
	s.mu.Lock()
	defer s.mu.Unlock()
	s.identities[i.AccessKeyID] = i
	return i
}

// id is a new identifier of AWS's form: the prefix and 16 characters.
func (s *Server) id(prefix string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ids++
	return fmt.Sprintf("%sFAKE%012d", prefix, s.ids)
}

var authorization = regexp.MustCompile(`^AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([a-z0-9-]+)/([a-z0-9-]+)/aws4_request, ?SignedHeaders=([a-z0-9;-]+), ?Signature=[0-9a-f]{64}$`)

// unsigned are the operations that need no credentials.
var unsigned = map[string]bool{"sts AssumeRoleWithWebIdentity": true}

// caller finds who signed req, and for which region.
func (s *Server) caller(req *http.Request, m *model, operation string) (Identity, string, *Error) {
	header := req.Header.Get("Authorization")
	if header == "" && unsigned[m.name+" "+operation] {
		return Identity{}, s.Region, nil
	}
	if header == "" {
		return Identity{}, "", &Error{Code: "MissingAuthenticationTokenException", Message: "Missing Authentication Token", Status: 403}
	}
	parts := authorization.FindStringSubmatch(header)
	if parts == nil {
		s.failed("a request of %s %s has a signature of another form: %s", m.name, operation, strings.SplitN(header, "Signature=", 2)[0])
		return Identity{}, "", &Error{Code: "IncompleteSignatureException", Message: "Authorization header is malformed."}
	}
	if parts[4] != m.name {
		return Identity{}, "", &Error{Code: "InvalidSignatureException",
			Message: fmt.Sprintf("Credential should be scoped to correct service: '%s'. ", m.name)}
	}
	s.mu.Lock()
	who, ok := s.identities[parts[1]]
	s.mu.Unlock()
	token := req.Header.Get("X-Amz-Security-Token")
	switch {
	case !ok, who.SessionToken != token:
		return Identity{}, "", &Error{Code: "UnrecognizedClientException", Message: "The security token included in the request is invalid."}
	case !who.Expires.IsZero() && !s.Clock.Now().Before(who.Expires):
		return Identity{}, "", expired()
	}
	return who, parts[3], nil
}

func expired() *Error {
	return &Error{Code: "ExpiredTokenException", Message: "The security token included in the request is expired"}
}
