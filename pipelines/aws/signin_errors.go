package aws

import (
	"errors"
	"fmt"
	"strings"
)

// noCredentials says what was tried.
func (s *signer) noCredentials(o Options, err error) error {
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
