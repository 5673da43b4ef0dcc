package awsfake

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// restRequest is a request of restJson1
// (https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html), for operations
// without headers and payloads of their own.
type restRequest struct {
	m         *model
	operation string
	input     map[string]any
}

// readREST finds whose a request is; nil when no model has it.
func readREST(models map[string]*model, req *http.Request, body []byte) (*restRequest, error) {
	for _, m := range models {
		if !m.rest {
			continue
		}
		for name, op := range m.operations {
			if labels, ok := op.route(req); ok {
				input, err := m.restInput(op, req, labels, body)
				return &restRequest{m, name, input}, err
			}
		}
	}
	return nil, nil
}

// route is the labels of a request's path, if it is this operation's.
func (s *shape) route(req *http.Request) (map[string]string, bool) {
	var trait struct{ Method, URI string }
	if json.Unmarshal(s.Traits["smithy.api#http"], &trait) != nil || trait.Method != req.Method {
		return nil, false
	}
	want, got := strings.Split(trait.URI, "/"), strings.Split(req.URL.EscapedPath(), "/")
	if len(want) != len(got) {
		return nil, false
	}
	labels := map[string]string{}
	for i, part := range want {
		if strings.HasPrefix(part, "{") {
			value, err := url.PathUnescape(got[i])
			if err != nil || value == "" {
				return nil, false
			}
			labels[strings.Trim(part, "{}")] = value
		} else if part != got[i] {
			return nil, false
		}
	}
	return labels, true
}

// restInput is the input's document, from the path, the query and the body.
func (m *model) restInput(op *shape, req *http.Request, labels map[string]string, body []byte) (map[string]any, error) {
	input := map[string]any{}
	var err error
	if len(body) > 0 {
		err = json.Unmarshal(body, &input)
	}
	for label, value := range labels {
		input[label] = value
	}
	for member, ref := range m.shape(op.Input).Members {
		var name string
		if json.Unmarshal(ref.Traits["smithy.api#httpQuery"], &name) != nil || !req.URL.Query().Has(name) {
			continue
		}
		text := req.URL.Query().Get(name)
		input[member] = text
		if n, failed := strconv.ParseFloat(text, 64); failed == nil && m.shape(ref).Type == "integer" {
			input[member] = n
		}
	}
	return maps.Clone(input), err
}
