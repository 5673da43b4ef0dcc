package awsfake

import (
	"encoding/json"
	"maps"
	"net/http"
	"strings"
)

// serveJSON speaks awsJson1_1
// (https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html).
func (s *Server) serveJSON(w http.ResponseWriter, req *http.Request, target string, body []byte) {
	service, operation, _ := strings.Cut(target, ".")
	var m *model
	for _, each := range s.models {
		if each.target == service && !each.query {
			m = each
		}
	}
	if m == nil {
		s.failed("a request names %q, a service that is not here", target)
		writeJSONError(w, &Error{Code: "UnknownOperationException", Message: "unknown service " + service})
		return
	}
	if kind := req.Header.Get("Content-Type"); kind != "application/x-amz-json-1.1" {
		s.failed("a request of %s has the content type %q", target, kind)
	}
	var input map[string]any
	if err := json.Unmarshal(body, &input); err != nil {
		s.failed("a request of %s is not JSON: %v", target, err)
		writeJSONError(w, &Error{Code: "SerializationException", Message: "the request is not JSON"})
		return
	}
	answer, refused := s.answer(m, operation, req, input)
	if refused != nil {
		writeJSONError(w, refused)
		return
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	_ = json.NewEncoder(w).Encode(answer)
}

// serveREST answers a request of restJson1. It says whether it was one.
func (s *Server) serveREST(w http.ResponseWriter, req *http.Request, body []byte) bool {
	r, err := readREST(s.models, req, body)
	if r == nil {
		return false
	}
	if err != nil {
		s.failed("a request of %s %s: %v", r.m.name, r.operation, err)
	}
	answer, refused := s.answer(r.m, r.operation, req, r.input)
	if refused != nil {
		writeJSONError(w, refused)
		return true
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(answer)
	return true
}

func writeJSONError(w http.ResponseWriter, e *Error) {
	document := map[string]any{"__type": e.Code, "message": e.Message}
	maps.Copy(document, e.Members)
	status := e.Status
	if status == 0 {
		status = common[e.Code]
	}
	if status == 0 {
		status = http.StatusBadRequest
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	w.Header().Set("X-Amzn-Errortype", e.Code)
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(document)
}
