package awsfake

import "net/http"

// Error is a service's refusal.
type Error struct {
	// Code is the error's shape in the model, or one that all services know.
	Code    string
	Message string
	// Status of HTTP; the model's when zero.
	Status int
	// Members are further members of the error's shape.
	Members map[string]any
}

func (e *Error) Error() string { return e.Code + ": " + e.Message }

// common are errors that every service may answer with, with their status
// (https://docs.aws.amazon.com/AmazonECR/latest/APIReference/CommonErrors.html).
var common = map[string]int{
	"AccessDeniedException": 400, "ExpiredTokenException": 400, "IncompleteSignatureException": 400,
	"InternalFailure": 500, "InvalidSignatureException": 400, "MissingAuthenticationTokenException": 400,
	"RequestExpired": 400, "ServiceUnavailableException": 503, "SerializationException": 400,
	"ThrottlingException": 400, "UnknownOperationException": 400, "UnrecognizedClientException": 400,
	"ValidationException": 400,
}

// queryCodes are what services with the query protocol call some of them.
var queryCodes = map[string]struct {
	code   string
	status int
}{
	"AccessDeniedException":               {"AccessDenied", 403},
	"ExpiredTokenException":               {"ExpiredToken", 403},
	"IncompleteSignatureException":        {"IncompleteSignature", 400},
	"InvalidSignatureException":           {"SignatureDoesNotMatch", 403},
	"MissingAuthenticationTokenException": {"MissingAuthenticationToken", 403},
	"ServiceUnavailableException":         {"ServiceUnavailable", 503},
	"ThrottlingException":                 {"Throttling", 400},
	"UnknownOperationException":           {"InvalidAction", 400},
	"UnrecognizedClientException":         {"InvalidClientTokenId", 403},
	"ValidationException":                 {"ValidationError", 400},
}

// invalid is what a service calls a request that its model forbids;
// ValidationException where it is not here.
var invalid = map[string]string{
	"ecr": "InvalidParameterException", "ecs": "InvalidParameterException",
}

// Fault is what happens to a call instead of its handler, if not nil.
type Fault func(c *Call) error

// Throttled is too many requests.
func Throttled(*Call) error {
	return &Error{Code: "ThrottlingException", Message: "Rate exceeded"}
}

// Broken is an error of the service's own.
func Broken(*Call) error {
	return &Error{Code: "InternalFailure", Message: "The request processing has failed because of an unknown error, exception or failure."}
}

// Unavailable is a service that is overloaded.
func Unavailable(*Call) error {
	return &Error{Code: "ServiceUnavailableException", Message: "Service is unable to handle request."}
}

// Expired is a session that has ended.
func Expired(*Call) error { return expired() }

// Dropped ends the connection without an answer.
func Dropped(*Call) error { panic(http.ErrAbortHandler) }

// Denied is an identity without the permission. resource is an ARN or "*".
func Denied(resource string) Fault {
	return func(c *Call) error { return c.Denied(resource) }
}

// Denied is AWS's refusal of this call on a resource.
func (c *Call) Denied(resource string) *Error {
	return &Error{Code: "AccessDeniedException", Message: "User: " + c.Identity.ARN + " is not authorized to perform: " +
		c.Service + ":" + c.Operation + " on resource: " + resource +
		" because no identity-based policy allows the " + c.Service + ":" + c.Operation + " action"}
}

// fault is one that waits for its calls.
type fault struct {
	service, operation string
	left               int
	do                 Fault
}

// Fault lets the next n calls fail; n below zero means all of them, until Heal.
// Operation "*" is any of the service. Faults given first come first.
func (s *Server) Fault(service, operation string, n int, do Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, &fault{service, operation, n, do})
}

// Lose lets the next n calls happen and drops the connection before the answer:
// their callers can't know.
func (s *Server) Lose(service, operation string, n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lost = append(s.lost, &fault{service: service, operation: operation, left: n})
}

// loses says whether a call's answer is to be lost.
func (s *Server) loses(c *Call) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.lost {
		if f.left > 0 && f.service == c.Service && f.operation == c.Operation {
			f.left--
			return true
		}
	}
	return false
}

// Heal removes the faults of an operation.
func (s *Server) Heal(service, operation string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var rest []*fault
	for _, f := range s.faults {
		if f.service != service || f.operation != operation {
			rest = append(rest, f)
		}
	}
	s.faults = rest
}

// nextFault is the fault of a call, used up once.
func (s *Server) nextFault(c *Call) Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.faults {
		if f.left == 0 || f.service != c.Service || f.operation != c.Operation && f.operation != "*" {
			continue
		}
		f.left--
		return f.do
	}
	return nil
}
