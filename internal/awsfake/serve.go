package awsfake

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// maxRequest is more than any service takes.
const maxRequest = 4 << 20

func (s *Server) serve(w http.ResponseWriter, req *http.Request) {
	w.Header().Set("X-Amzn-Requestid", s.id("request-"))
	body, err := io.ReadAll(http.MaxBytesReader(w, req.Body, maxRequest))
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if target := req.Header.Get("X-Amz-Target"); target != "" {
		s.serveJSON(w, req, target, body)
		return
	}
	if s.serveREST(w, req, body) {
		return
	}
	s.serveQuery(w, req, body)
}

// answer runs a call from its checked request to its checked answer.
func (s *Server) answer(m *model, operation string, req *http.Request, input map[string]any) (any, *Error) {
	op := m.operations[operation]
	if op == nil {
		s.failed("%s has no operation %q", m.name, operation)
		return nil, &Error{Code: "UnknownOperationException", Message: "unknown operation " + operation}
	}
	who, region, refused := s.caller(req, m, operation)
	c := &Call{Service: m.name, Operation: operation, Region: region, Identity: who, Input: input, Time: s.Clock.Now()}
	s.mu.Lock()
	s.calls = append(s.calls, c)
	handler := s.handlers[m.name+" "+operation]
	s.mu.Unlock()
	if refused != nil {
		return nil, s.ended(c, refused)
	}
	if problems := m.check(op.Input, input); len(problems) > 0 {
		text := sentence(problems)
		s.failed("request %s %s: %s", m.name, operation, text)
		code := invalid[m.name]
		if _, ok := m.failure(operation, code); !ok {
			code = "ValidationException"
		}
		return nil, s.ended(c, &Error{Code: code, Message: fmt.Sprintf("%d validation errors detected: %s", len(problems), text)})
	}
	if do := s.nextFault(c); do != nil {
		if err := do(c); err != nil {
			return nil, s.ended(c, s.asError(m, c, err))
		}
	}
	if handler == nil {
		s.failed("%s %s was called, which nothing handles", m.name, operation)
		return nil, s.ended(c, &Error{Code: "UnknownOperationException", Message: "nothing handles " + operation})
	}
	output, err := handler(c)
	if err != nil {
		return nil, s.ended(c, s.asError(m, c, err))
	}
	if s.loses(c) {
		panic(http.ErrAbortHandler)
	}
	return s.checked(m, c, op, output)
}

// checked is a handler's output as a document that fits the model.
func (s *Server) checked(m *model, c *Call, op *shape, output any) (any, *Error) {
	if output == nil {
		output = map[string]any{}
	}
	answer, err := document(output)
	if err != nil {
		s.failed("answer of %s %s: %v", m.name, c.Operation, err)
		return nil, s.ended(c, &Error{Code: "InternalFailure", Message: err.Error()})
	}
	if problems := m.check(op.Output, answer); len(problems) > 0 {
		s.failed("answer of %s %s: %s", m.name, c.Operation, sentence(problems))
		return nil, s.ended(c, &Error{Code: "InternalFailure", Message: "the fake's answer does not fit the model"})
	}
	return answer, nil
}

func (s *Server) ended(c *Call, e *Error) *Error {
	s.mu.Lock()
	defer s.mu.Unlock()
	c.Failed = e.Code
	return e
}

// asError is a handler's error, which must be one of the model's.
func (s *Server) asError(m *model, c *Call, err error) *Error {
	var refused *Error
	if !errors.As(err, &refused) {
		s.failed("%s %s: %v", m.name, c.Operation, err)
		return &Error{Code: "InternalFailure", Message: err.Error()}
	}
	shape, ok := m.failure(c.Operation, refused.Code)
	if _, known := common[refused.Code]; !ok && !known {
		s.failed("%s %s was refused with %s, which the model does not know", m.name, c.Operation, refused.Code)
	}
	e := *refused
	if e.Status == 0 && ok {
		e.Status = shape.status()
	}
	return &e
}

func sentence(problems []problem) string {
	var parts []string
	for _, p := range problems {
		parts = append(parts, p.String())
	}
	return strings.Join(parts, "; ")
}
