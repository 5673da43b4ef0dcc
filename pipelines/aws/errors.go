package aws

import (
	"errors"
	"net/url"
	"strings"

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
