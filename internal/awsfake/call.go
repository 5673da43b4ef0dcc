package awsfake

import (
	"encoding/json"
	"time"
)

// Call is one request.
type Call struct {
	Service, Operation, Region string
	Identity                   Identity
	// Input is the request's document.
	Input map[string]any
	// Time is the fake's.
	Time time.Time
	// Failed is the code of the error that it was answered with; empty for
	// success. Set when it has ended.
	Failed string
}

// String is a member of the input; empty if absent.
func (c *Call) String(member string) string {
	text, _ := c.Input[member].(string)
	return text
}

// Strings is a member that is a list of strings.
func (c *Call) Strings(member string) []string {
	items, _ := c.Input[member].([]any)
	var texts []string
	for _, item := range items {
		if text, ok := item.(string); ok {
			texts = append(texts, text)
		}
	}
	return texts
}

// Bool is a member of the input; false if absent.
func (c *Call) Bool(member string) bool {
	is, _ := c.Input[member].(bool)
	return is
}

// Int is a member of the input, or what is given if it is absent.
func (c *Call) Int(member string, absent int) int {
	n, ok := c.Input[member].(float64)
	if !ok {
		return absent
	}
	return int(n)
}

// Decode reads the input into a structure with JSON tags.
func (c *Call) Decode(into any) error {
	text, err := json.Marshal(c.Input)
	if err != nil {
		return err
	}
	return json.Unmarshal(text, into)
}

// Calls are the calls of an operation so far, in the order they came. Operation
// "*" is any of the service.
func (s *Server) Calls(service, operation string) []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	var calls []Call
	for _, c := range s.calls {
		if c.Service == service && (c.Operation == operation || operation == "*") {
			calls = append(calls, *c)
		}
	}
	return calls
}

// Peak is the most calls of an operation, by one account in one region, in any
// window of the fake's time.
func (s *Server) Peak(service, operation string, window time.Duration) int {
	byPlace := map[string][]time.Time{}
	most := 0
	for _, c := range s.Calls(service, operation) {
		place := c.Identity.Account + " " + c.Region
		times := append(byPlace[place], c.Time)
		for len(times) > 0 && c.Time.Sub(times[0]) >= window {
			times = times[1:]
		}
		byPlace[place] = times
		most = max(most, len(times))
	}
	return most
}
