package awsfake

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Parameters is Parameter Store.
type Parameters struct {
	// Lag is how long reads may miss a write: reading is eventually consistent.
	Lag time.Duration

	s     *Server
	mu    sync.Mutex
	names map[string][]parameter // all states, oldest first
	lists map[string][]any       // the rest of a listing, by its token
}

// parameter is one state of a parameter; that of a deletion has version 0.
type parameter struct {
	kind, value string
	version     int
	at          time.Time
}

// Parameters makes the fake answer for Parameter Store.
func (s *Server) Parameters() *Parameters {
	p := &Parameters{s: s, names: map[string][]parameter{}, lists: map[string][]any{}}
	s.Handle("ssm", "PutParameter", p.put)
	s.Handle("ssm", "GetParameter", p.getOne)
	s.Handle("ssm", "GetParameters", p.get)
	s.Handle("ssm", "GetParametersByPath", p.byPath)
	s.Handle("ssm", "DeleteParameter", p.deleteOne)
	s.Handle("ssm", "DeleteParameters", p.delete)
	return p
}

// Put stores a parameter in the first account's region.
func (p *Parameters) Put(name, value string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	key := p.s.Admin.Account + " " + p.s.Region + " " + name
	p.names[key] = append(p.names[key], parameter{"SecureString", value, lastVersion(p.names[key]) + 1, p.s.Clock.Now().Add(-p.Lag)})
}

// Names are those of all parameters in the first account's region, sorted.
func (p *Parameters) Names() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var names []string
	for key, states := range p.names {
		if name, ok := strings.CutPrefix(key, p.s.Admin.Account+" "+p.s.Region+" "); ok && states[len(states)-1].version > 0 {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// Kind is a parameter's type; empty if there is none.
func (p *Parameters) Kind(name string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	states := p.names[p.s.Admin.Account+" "+p.s.Region+" "+name]
	if len(states) == 0 || states[len(states)-1].version == 0 {
		return ""
	}
	return states[len(states)-1].kind
}

func lastVersion(states []parameter) int {
	if len(states) == 0 {
		return 0
	}
	return states[len(states)-1].version
}

// The limits of names and values
// (https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-su-create.html).
var parameterName = regexp.MustCompile(`^[a-zA-Z0-9_.\-/]+$`)

const (
	maxParameterName = 1011
	maxLevels        = 15
	maxStandard      = 4096
	maxAdvanced      = 8192
)

func (p *Parameters) put(c *Call) (any, error) {
	name, value := c.String("Name"), c.String("Value")
	limit, tier := maxStandard, "Standard"
	switch {
	case c.String("Tier") == "Advanced", c.String("Tier") == "Intelligent-Tiering" && len(value) > maxStandard:
		limit, tier = maxAdvanced, "Advanced"
	}
	switch {
	case !parameterName.MatchString(name):
		return nil, &Error{Code: "ValidationException", Message: "Parameter name: can't be prefixed with \"aws\" or \"ssm\" (case-insensitive). Only a mix of letters, numbers and the following 4 symbols .-_/ are allowed"}
	case len(name) > maxParameterName:
		return nil, &Error{Code: "ValidationException", Message: "Parameter name must not exceed 1011 characters"}
	case strings.Contains(name, "/") && !strings.HasPrefix(name, "/"):
		return nil, &Error{Code: "ValidationException", Message: "Parameter name must be a fully qualified name."}
	case strings.Contains(name, "//"), strings.HasSuffix(name, "/"):
		return nil, &Error{Code: "ValidationException", Message: "Parameter name must not contain empty levels"}
	case strings.Count(name, "/") > maxLevels:
		return nil, &Error{Code: "HierarchyLevelLimitExceededException", Message: "A hierarchy can have a maximum of 15 levels."}
	case value == "":
		return nil, &Error{Code: "ValidationException", Message: "1 validation error detected: Value '' at 'value' failed to satisfy constraint: Member must have length greater than or equal to 1"}
	case len(value) > limit:
		return nil, &Error{Code: "ValidationException", Message: fmt.Sprintf("%s tier parameters support a maximum parameter value of %d characters.", tier, limit)}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	key := parameterPlace(c, name)
	now := p.s.Clock.Now()
	states := p.prune(p.names[key], now)
	version := lastVersion(states)
	kind := c.String("Type")
	switch {
	case version > 0 && !c.Bool("Overwrite"):
		return nil, &Error{Code: "ParameterAlreadyExists", Message: "The parameter already exists. To overwrite this value, set the overwrite option in the request to true."}
	case version == 0 && kind == "":
		return nil, &Error{Code: "ValidationException", Message: "A parameter type is required when you create a parameter."}
	case version > 0 && kind != "" && kind != states[len(states)-1].kind:
		return nil, &Error{Code: "HierarchyTypeMismatchException", Message: "Parameter type can't be changed"}
	case kind == "":
		kind = states[len(states)-1].kind
	}
	p.names[key] = append(states, parameter{kind, value, version + 1, now})
	return map[string]any{"Version": version + 1, "Tier": tier}, nil
}

// prune keeps the states that a read may still see, and the newest ones before.
func (p *Parameters) prune(states []parameter, now time.Time) []parameter {
	const kept = 100 // versions that Parameter Store keeps
	if len(states) > kept && now.Sub(states[len(states)-kept].at) > p.Lag {
		return slices.Clone(states[len(states)-kept:])
	}
	return states
}

func parameterPlace(c *Call, name string) string {
	return c.Identity.Account + " " + c.Region + " " + name
}

// seen is what a read finds: the state of Lag ago.
func (p *Parameters) seen(states []parameter, now time.Time) (parameter, bool) {
	for _, state := range slices.Backward(states) {
		if now.Sub(state.at) >= p.Lag {
			return state, state.version > 0
		}
	}
	return parameter{}, false
}

func (p *Parameters) document(c *Call, name string, is parameter, selector string) map[string]any {
	answer := map[string]any{
		"Name": name, "Type": is.kind, "Value": is.value, "Version": is.version, "LastModifiedDate": is.at, "DataType": "text",
		"ARN": fmt.Sprintf("arn:aws:ssm:%s:%s:parameter/%s", c.Region, c.Identity.Account, strings.TrimPrefix(name, "/")),
	}
	if selector != "" {
		answer["Selector"] = ":" + selector
	}
	if is.kind == "SecureString" && !c.Bool("WithDecryption") {
		answer["Value"] = "AQICAHencrypted"
	}
	return answer
}

func (p *Parameters) read(c *Call, asked string) (map[string]any, bool) {
	name, selector, _ := strings.Cut(asked, ":")
	states := p.names[parameterPlace(c, name)]
	is, ok := p.seen(states, p.s.Clock.Now())
	if selector != "" && ok {
		version, _ := strconv.Atoi(selector)
		i := slices.IndexFunc(states, func(s parameter) bool { return s.version == version })
		if i < 0 {
			return nil, false
		}
		is = states[i]
	}
	if !ok {
		return nil, false
	}
	return p.document(c, name, is, selector), true
}

func (p *Parameters) getOne(c *Call) (any, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	answer, ok := p.read(c, c.String("Name"))
	if !ok {
		return nil, &Error{Code: "ParameterNotFound", Message: "Parameter " + c.String("Name") + " not found."}
	}
	return map[string]any{"Parameter": answer}, nil
}

func (p *Parameters) get(c *Call) (any, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var found []any
	var absent []string
	for _, name := range c.Strings("Names") {
		if answer, ok := p.read(c, name); ok {
			found = append(found, answer)
		} else {
			absent = append(absent, name)
		}
	}
	answer := map[string]any{"Parameters": found}
	if absent != nil {
		answer["InvalidParameters"] = absent
	}
	return answer, nil
}

func (p *Parameters) byPath(c *Call) (any, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	rest, ok := p.lists[c.String("NextToken")]
	if c.String("NextToken") != "" && !ok {
		return nil, &Error{Code: "InvalidNextToken", Message: "The specified token isn't valid."}
	}
	if c.String("NextToken") == "" {
		rest = p.below(c)
	}
	page := rest[:min(c.Int("MaxResults", 10), len(rest))]
	answer := map[string]any{"Parameters": page}
	if rest = rest[len(page):]; len(rest) > 0 {
		token := fmt.Sprintf("page-%d", len(p.lists)+1)
		p.lists[token] = rest
		answer["NextToken"] = token
	}
	return answer, nil
}

func (p *Parameters) below(c *Call) []any {
	path := strings.TrimSuffix(c.String("Path"), "/") + "/"
	var found []any
	for _, key := range slices.Sorted(maps.Keys(p.names)) {
		name, ok := strings.CutPrefix(key, parameterPlace(c, ""))
		rest, inside := strings.CutPrefix(name, path)
		if !ok || !inside || strings.Contains(rest, "/") && !c.Bool("Recursive") {
			continue
		}
		if is, ok := p.seen(p.names[key], p.s.Clock.Now()); ok {
			found = append(found, p.document(c, name, is, ""))
		}
	}
	return found
}

func (p *Parameters) remove(c *Call, name string) bool {
	key := parameterPlace(c, name)
	states := p.names[key]
	if lastVersion(states) == 0 {
		return false
	}
	p.names[key] = append(states, parameter{at: p.s.Clock.Now()})
	return true
}

func (p *Parameters) deleteOne(c *Call) (any, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.remove(c, c.String("Name")) {
		return nil, &Error{Code: "ParameterNotFound", Message: "Parameter " + c.String("Name") + " not found."}
	}
	return nil, nil
}

func (p *Parameters) delete(c *Call) (any, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	answer := map[string]any{}
	var gone, absent []string
	for _, name := range c.Strings("Names") {
		if p.remove(c, name) {
			gone = append(gone, name)
		} else {
			absent = append(absent, name)
		}
	}
	if gone != nil {
		answer["DeletedParameters"] = gone
	}
	if absent != nil {
		answer["InvalidParameters"] = absent
	}
	return answer, nil
}
