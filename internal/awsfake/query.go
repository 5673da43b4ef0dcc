package awsfake

import (
	"encoding/xml"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// serveQuery speaks awsQuery
// (https://smithy.io/2.0/aws/protocols/aws-query-protocol.html).
func (s *Server) serveQuery(w http.ResponseWriter, req *http.Request, body []byte) {
	form, err := url.ParseQuery(string(body))
	m := s.models["sts"]
	operation := form.Get("Action")
	if err != nil || operation == "" {
		s.failed("a request of no protocol that awsfake knows: %s %s", req.Method, req.URL.Path)
		m.writeError(w, "", &Error{Code: "UnknownOperationException", Message: "no action"})
		return
	}
	if version := form.Get("Version"); version != m.version {
		s.failed("a request of %s has the version %q, the model's is %s", operation, version, m.version)
	}
	form.Del("Action")
	form.Del("Version")
	input := map[string]any{}
	if op := m.operations[operation]; op != nil {
		parsed, err := m.parse(op.Input, "", form)
		if err != nil {
			s.failed("a request of %s: %v", operation, err)
		}
		input, _ = parsed.(map[string]any)
		for key := range form {
			s.failed("a request of %s has %q, which is no member of the model", operation, key)
		}
	}
	answer, refused := s.answer(m, operation, req, input)
	if refused != nil {
		m.writeError(w, operation, refused)
		return
	}
	w.Header().Set("Content-Type", "text/xml")
	fmt.Fprintf(w, `<%sResponse xmlns="%s"><%sResult>`, operation, m.namespace, operation)
	m.write(w, m.operations[operation].Output, answer)
	fmt.Fprintf(w, `</%sResult><ResponseMetadata><RequestId>%s</RequestId></ResponseMetadata></%sResponse>`,
		operation, w.Header().Get("X-Amzn-Requestid"), operation)
}

// parse takes the value at a prefix out of form; nil when there is none.
func (m *model) parse(ref *reference, prefix string, form url.Values) (any, error) {
	shape := m.shape(ref)
	switch shape.Type {
	case "structure":
		out := map[string]any{}
		for _, name := range slices.Sorted(maps.Keys(shape.Members)) {
			value, err := m.parse(shape.Members[name], join(prefix, name), form)
			if err != nil {
				return nil, err
			}
			if value != nil {
				out[name] = value
			}
		}
		if prefix != "" && len(out) == 0 {
			return nil, nil
		}
		return out, nil
	case "list":
		var out []any
		for i := 1; ; i++ {
			value, err := m.parse(shape.Member, fmt.Sprintf("%s.member.%d", prefix, i), form)
			if err != nil {
				return nil, err
			}
			if value == nil {
				break
			}
			out = append(out, value)
		}
		if out == nil && form.Has(prefix) {
			form.Del(prefix)
			out = []any{}
		}
		if out == nil {
			return nil, nil
		}
		return out, nil
	}
	if !form.Has(prefix) {
		return nil, nil
	}
	text := form.Get(prefix)
	form.Del(prefix)
	switch shape.Type {
	case "integer", "long", "double", "float":
		return strconv.ParseFloat(text, 64)
	case "boolean":
		return strconv.ParseBool(text)
	case "timestamp":
		at, err := time.Parse(time.RFC3339, text)
		return float64(at.Unix()), err
	}
	return text, nil
}

// write writes a checked document's members as XML elements.
func (m *model) write(w http.ResponseWriter, ref *reference, value any) {
	shape := m.shape(ref)
	switch v := value.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			fmt.Fprintf(w, "<%s>", name)
			m.write(w, shape.Members[name], v[name])
			fmt.Fprintf(w, "</%s>", name)
		}
	case []any:
		for _, item := range v {
			fmt.Fprint(w, "<member>")
			m.write(w, shape.Member, item)
			fmt.Fprint(w, "</member>")
		}
	case float64:
		if shape.Type == "timestamp" {
			fmt.Fprint(w, time.UnixMilli(int64(v*1000)).UTC().Format("2006-01-02T15:04:05Z"))
			return
		}
		fmt.Fprint(w, strconv.FormatFloat(v, 'f', -1, 64))
	default:
		_ = xml.EscapeText(w, []byte(fmt.Sprint(v)))
	}
}

func (m *model) writeError(w http.ResponseWriter, operation string, e *Error) {
	code, status := e.Code, e.Status
	if shape, ok := m.failure(operation, e.Code); ok {
		if named := errorCode(shape); named != "" {
			code = named
		}
	} else if named, ok := queryCodes[e.Code]; ok {
		code = named.code
		status = named.status
	}
	if status == 0 {
		status = common[e.Code]
	}
	if status == 0 {
		status = http.StatusBadRequest
	}
	fault := "Sender"
	if status >= 500 {
		fault = "Receiver"
	}
	w.Header().Set("Content-Type", "text/xml")
	w.WriteHeader(status)
	var message strings.Builder
	_ = xml.EscapeText(&message, []byte(e.Message))
	fmt.Fprintf(w, `<ErrorResponse xmlns="%s"><Error><Type>%s</Type><Code>%s</Code><Message>%s</Message></Error><RequestId>%s</RequestId></ErrorResponse>`,
		m.namespace, fault, code, message.String(), w.Header().Get("X-Amzn-Requestid"))
}
