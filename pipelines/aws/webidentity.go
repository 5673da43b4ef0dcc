package aws

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"git.example/slipway/pipelines/secrets"
)

// audience is what GitHub's tokens are made out to, as AWS's own action does.
const audience = "sts.amazonaws.com"

// ciToken is how a CI system tells others who a run is.
type ciToken struct {
	// from reads as "GitHub Actions".
	from string
	// issuer of its tokens, for errors.
	issuer string
	get    func(context.Context) (secrets.Value, error)
}

// ciToken is that of the CI system that this runs in; nil where there is none.
func (s *signer) ciToken() *ciToken {
	endpoint, _ := s.lookup("ACTIONS_ID_TOKEN_REQUEST_URL")
	bearer, _ := s.lookup("ACTIONS_ID_TOKEN_REQUEST_TOKEN")
	if endpoint != "" && bearer != "" {
		return &ciToken{"GitHub Actions", "token.actions.githubusercontent.com", func(ctx context.Context) (secrets.Value, error) {
			return githubToken(ctx, endpoint, secrets.NewValue(bearer), audience)
		}}
	}
	second, _ := s.lookup("CIRCLE_OIDC_TOKEN_V2")
	first, _ := s.lookup("CIRCLE_OIDC_TOKEN")
	if token := cmp.Or(second, first); token != "" {
		return &ciToken{"CircleCI", "oidc.circleci.com/org/<organisation>", func(context.Context) (secrets.Value, error) {
			return secrets.NewValue(token), nil
		}}
	}
	return nil
}

// githubToken asks the runner for a token
// (https://docs.github.com/en/actions/reference/security/oidc#methods-for-requesting-the-oidc-token).
func githubToken(ctx context.Context, endpoint string, bearer secrets.Value, audience string) (secrets.Value, error) {
	const doing = "asking GitHub Actions for an OIDC token"
	u, err := url.Parse(endpoint)
	if err != nil {
		return secrets.Value{}, &Error{Doing: doing, Problem: "ACTIONS_ID_TOKEN_REQUEST_URL is no URL", Next: "leave that variable as the runner sets it"}
	}
	query := u.Query()
	query.Set("audience", audience)
	u.RawQuery = query.Encode()
	var status int
	for attempt := 1; ; attempt++ {
		var token string
		token, status, err = requestToken(ctx, u.String(), bearer)
		if token != "" {
			return secrets.NewValue(token), nil
		}
		passing := err != nil || status >= 500 || status == http.StatusTooManyRequests
		if !passing || attempt == tokenAttempts {
			break
		}
		select {
		case <-ctx.Done():
			return secrets.Value{}, context.Cause(ctx)
		case <-time.After(time.Duration(attempt) * 500 * time.Millisecond):
		}
	}
	if err != nil {
		return secrets.Value{}, &Error{Doing: doing, Problem: err.Error(), Next: "run the job again", Err: err}
	}
	return secrets.Value{}, &Error{Doing: doing, Problem: fmt.Sprintf("it answers with status %d and no token", status),
		Next: "give the job the permission \"id-token: write\""}
}

const (
	tokenAttempts = 4
	tokenTimeout  = 15 * time.Second
	maxToken      = 1 << 20
)

// RunToken is the OIDC token by which a CI run says who it is, made out to an audience
// where the CI system lets a run choose one; found is false where there is none.
func RunToken(ctx context.Context, lookup func(string) (string, bool), audience string) (token secrets.Value, found bool, err error) {
	endpoint, _ := lookup("ACTIONS_ID_TOKEN_REQUEST_URL")
	bearer, _ := lookup("ACTIONS_ID_TOKEN_REQUEST_TOKEN")
	if endpoint != "" && bearer != "" {
		token, err = githubToken(ctx, endpoint, secrets.NewValue(bearer), audience)
		return token, true, err
	}
	second, _ := lookup("CIRCLE_OIDC_TOKEN_V2")
	return secrets.NewValue(second), second != "", nil
}

// requestToken is one request; neither its URL nor its header may get into an error.
func requestToken(ctx context.Context, address string, bearer secrets.Value) (token string, status int, err error) {
	ctx, cancel := context.WithTimeout(ctx, tokenTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return "", 0, fmt.Errorf("ACTIONS_ID_TOKEN_REQUEST_URL can't be requested")
	}
	req.Header.Set("Authorization", "bearer "+bearer.Reveal())
	req.Header.Set("Accept", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", 0, unwrapURL(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxToken))
	if err != nil {
		return "", 0, err
	}
	var answer struct{ Value string }
	if resp.StatusCode != http.StatusOK || json.Unmarshal(body, &answer) != nil {
		return "", resp.StatusCode, nil
	}
	return answer.Value, resp.StatusCode, nil
}

// webIdentity gets a role's credentials with the CI run's token.
func (s *signer) webIdentity(base sdk.Config, o Options, ci *ciToken) sdk.CredentialsProviderFunc {
	client := sts.NewFromConfig(base)
	return func(ctx context.Context) (sdk.Credentials, error) {
		token, err := ci.get(ctx)
		if err != nil {
			return sdk.Credentials{}, err
		}
		out, err := client.AssumeRoleWithWebIdentity(ctx, &sts.AssumeRoleWithWebIdentityInput{
			RoleArn: &o.Role, RoleSessionName: sdk.String(s.run.sessionName()), WebIdentityToken: sdk.String(token.Reveal()),
		})
		if err != nil {
			return sdk.Credentials{}, ci.explain(o.Role, token, err)
		}
		return credentials(out.Credentials, "AssumeRoleWithWebIdentity"), nil
	}
}

// claims are the parts of a token that name who it is for: no secrets.
type claims struct {
	Issuer   string `json:"iss"`
	Subject  string `json:"sub"`
	Audience any    `json:"aud"`
	Expires  int64  `json:"exp"`
}

func readClaims(token secrets.Value) claims {
	var c claims
	parts := strings.Split(token.Reveal(), ".")
	if len(parts) != 3 {
		return c
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err == nil {
		_ = json.Unmarshal(payload, &c)
	}
	return c
}

// explain says why STS did not take a token.
func (ci *ciToken) explain(role string, token secrets.Value, err error) error {
	code, message := apiError(err)
	is := readClaims(token)
	e := &Error{Doing: fmt.Sprintf("assuming role %s with %s's OIDC token", role, ci.from), Err: err}
	switch {
	case expired[code]:
		e.Kind, e.Problem = ErrExpired, "the token has expired"
		if is.Expires > 0 {
			e.Problem += " (at " + time.Unix(is.Expires, 0).UTC().Format(time.RFC3339) + ")"
		}
		e.Next = "run the job again"
		if ci.from == "CircleCI" {
			e.Next += "; its token is that of the job's start, and lasts an hour"
		}
	case denied[code]:
		e.Kind, e.Problem = ErrDenied, fmt.Sprintf("the role refuses %q", is.Subject)
		e.Next = "let the role's trust policy allow sts:AssumeRoleWithWebIdentity to that subject, or correct \"role\" in slipway.yaml"
	case code == "InvalidIdentityToken":
		e.Kind, e.Problem = ErrDenied, strings.TrimSuffix(message, ".")
		e.Next = fmt.Sprintf("the role's account needs an identity provider for %s with the audience %v", cmp.Or(strings.TrimPrefix(is.Issuer, "https://"), ci.issuer), is.Audience)
	default:
		e.Problem, e.Next = describe(err)
	}
	return e
}
