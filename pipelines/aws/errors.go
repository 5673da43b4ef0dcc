package aws

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go"
)

// What went wrong, for errors.Is.
var (
	// ErrNoCredentials is nobody to be: no key, profile, role or token.
	ErrNoCredentials = errors.New("no AWS credentials")
	// ErrDenied is an identity that may not do this.
	ErrDenied = errors.New("denied")
	// ErrExpired is a session or a token that has ended.
	ErrExpired = errors.New("expired")
	// ErrNotFound is something that does not exist, or has been deleted.
	ErrNotFound = errors.New("not found")
	// ErrThrottled is a service that wants fewer requests.
	ErrThrottled = errors.New("throttled")
)

// Error is what AWS refused or could not do.
type Error struct {
	// Doing reads as "logging in to ECR".
	Doing string
	// Problem says what happened, Next what the user can do; Next may be empty.
	Problem, Next string
	// Kind is one of the errors above, nil for others.
	Kind error
	// Err is the SDK's.
	Err error
}

func (e *Error) Error() string {
	text := e.Doing + ": " + e.Problem
	if e.Next != "" {
		text += "; " + e.Next
	}
	return text
}

// Unwrap gives the kind and the cause.
func (e *Error) Unwrap() []error {
	var all []error
	for _, err := range []error{e.Kind, e.Err} {
		if err != nil {
			all = append(all, err)
		}
	}
	return all
}

// The codes of errors that all services know; the query protocol has other names.
var (
	denied   = set("AccessDenied", "AccessDeniedException", "UnauthorizedOperation")
	expired  = set("ExpiredToken", "ExpiredTokenException", "RequestExpired")
	unknown  = set("UnrecognizedClientException", "InvalidClientTokenId", "SignatureDoesNotMatch", "InvalidSignatureException")
	throttle = set("ThrottlingException", "Throttling", "ThrottledException", "TooManyRequestsException", "RequestLimitExceeded", "TooManyUpdates")
)

func set(names ...string) map[string]bool {
	all := map[string]bool{}
	for _, name := range names {
		all[name] = true
	}
	return all
}

// apiError is a service's code and message; empty for other errors.
func apiError(err error) (code, message string) {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode(), api.ErrorMessage()
	}
	return "", ""
}

// refusal is AWS's sentence about a permission that is missing.
var refusal = regexp.MustCompile(`^User: (\S+) is not authorized to perform: (\S+)(?: on resource: (\S+))?(.*)`)

// Explain turns the SDK's error into one that names who was refused what. Doing
// reads as `describing service "web"`. An *Error stays as it is.
func (s *Sessions) Explain(ctx context.Context, o Options, doing string, err error) error {
	c, signedIn := s.signedIn(o)
	if !signedIn {
		c.Credentials = nil
	}
	return s.explain(ctx, c, o, doing, err)
}

func (s *Sessions) signedIn(o Options) (sdk.Config, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, ok := s.configs[o]
	return c, ok
}

func (s *Sessions) explain(ctx context.Context, c sdk.Config, o Options, doing string, err error) error {
	var known *Error
	if err == nil || errors.As(err, &known) {
		return err
	}
	if ctx.Err() != nil {
		return fmt.Errorf("%s: %w", doing, context.Cause(ctx))
	}
	code, message := apiError(err)
	e := &Error{Doing: doing, Err: err}
	switch {
	case denied[code]:
		e.Kind = ErrDenied
		e.Problem, e.Next = s.explainDenial(ctx, c, o, message)
	case expired[code]:
		e.Kind, e.Problem, e.Next = ErrExpired, "the AWS session has expired", signInAgain(o)
	case unknown[code]:
		e.Kind, e.Problem, e.Next = ErrDenied, "AWS does not know these credentials ("+code+")", signInAgain(o)
	case throttle[code]:
		e.Kind, e.Problem, e.Next = ErrThrottled, "AWS limits the rate of requests and did so for all attempts ("+code+")", "run the command again later"
	default:
		e.Problem, e.Next = describe(err)
	}
	return e
}

func (s *Sessions) explainDenial(ctx context.Context, c sdk.Config, o Options, message string) (problem, next string) {
	who, action, resource := "", "", ""
	if parts := refusal.FindStringSubmatch(message); parts != nil {
		who, action, resource = parts[1], parts[2], parts[3]
	}
	if who == "" {
		who = s.shownIdentity(ctx, c, o)
	}
	if action == "" {
		return fmt.Sprintf("%s was refused: %s", who, strings.TrimSuffix(message, ".")), "allow it in the policies of that identity, or sign in as another one"
	}
	problem = fmt.Sprintf("%s may not %s", who, action)
	if resource != "" && resource != "*" {
		problem += " on " + resource
	}
	if strings.Contains(message, "explicit deny") {
		return problem + " (an explicit deny)", "remove the deny from its policies, or sign in as another identity"
	}
	return problem, fmt.Sprintf("allow %s in its policies, or sign in as another identity", action)
}

// shownIdentity is who o is, as far as that can be found out.
func (s *Sessions) shownIdentity(ctx context.Context, c sdk.Config, o Options) string {
	if c.Credentials != nil {
		if who, err := s.identity(ctx, c, o); err == nil {
			return who.ARN
		}
	}
	return "the identity in use"
}

func signInAgain(o Options) string {
	if o.Profile != "" {
		return fmt.Sprintf("sign in again, such as with \"aws sso login --profile %s\"", o.Profile)
	}
	return "sign in again, or give this run fresh credentials"
}

// describe is an error without the SDK's wrapping, and what to do.
func describe(err error) (problem, next string) {
	if code, message := apiError(err); code != "" {
		if message == "" {
			return code, ""
		}
		return code + ": " + strings.TrimSuffix(message, "."), ""
	}
	var operation *smithy.OperationError
	for errors.As(err, &operation) {
		err = operation.Err
	}
	return strings.TrimSpace(unwrapURL(err).Error()), "check the network, the region and the endpoint"
}

// unwrapURL is err without the request's address, which may hold a token.
func unwrapURL(err error) error {
	var request *url.Error
	if errors.As(err, &request) {
		return request.Err
	}
	return err
}

// noCredentials says what was tried.
func (s *Sessions) noCredentials(o Options, err error) error {
	var known *Error
	if errors.As(err, &known) {
		return err
	}
	e := &Error{Doing: "signing in to AWS", Err: err}
	code, _ := apiError(err)
	text := err.Error()
	github, _ := s.lookup("GITHUB_ACTIONS")
	switch {
	case expired[code] || denied[code] || unknown[code]:
		e.Kind, e.Problem, e.Next = ErrDenied, describeCode(err), signInAgain(o)
	case o.Profile != "":
		e.Kind, e.Problem = ErrNoCredentials, fmt.Sprintf("profile %q gives no credentials: %s", o.Profile, last(text))
		e.Next = signInAgain(o)
	case strings.Contains(text, "sso") || strings.Contains(text, "SSO"):
		e.Kind, e.Problem, e.Next = ErrExpired, last(text), "sign in again with \"aws sso login\""
	case github == "true":
		e.Kind, e.Problem = ErrNoCredentials, "this job has no credentials and no OIDC token"
		e.Next = "give the job the permission \"id-token: write\", and set \"role\" in slipway.yaml"
		if s.ciToken() != nil {
			e.Problem, e.Next = "this job has an OIDC token, and no role to use it for", "set \"role\" in slipway.yaml"
		}
	case s.ciToken() != nil:
		e.Kind, e.Problem, e.Next = ErrNoCredentials, "this job has an OIDC token, and no role to use it for", "set \"role\" in slipway.yaml"
	default:
		e.Kind, e.Problem = ErrNoCredentials, "no credentials were found"
		e.Next = "sign in with \"aws configure\" or \"aws sso login\", set AWS_PROFILE, or set \"profile\" in slipway.yaml"
	}
	return e
}

func describeCode(err error) string {
	problem, _ := describe(err)
	return problem
}

// last is the innermost part of a chain of errors.
func last(text string) string {
	parts := strings.Split(text, ", ")
	return strings.TrimSpace(parts[len(parts)-1])
}

func assumeError(o Options, err error) error {
	var known *Error
	if errors.As(err, &known) {
		return known
	}
	problem, next := describe(err)
	return &Error{Doing: "assuming role " + o.Role, Problem: problem, Next: next, Err: err}
}
