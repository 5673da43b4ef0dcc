package awsfake

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"sync"
)

// Rules are EventBridge's.
type Rules struct {
	mu    sync.Mutex
	rules map[string]map[string][]any // targets by bus and rule
}

// Rules makes the fake answer for EventBridge.
func (s *Server) Rules() *Rules {
	m := &Rules{rules: map[string]map[string][]any{"default": {}}}
	s.Handle("events", "ListEventBuses", func(*Call) (any, error) {
		m.mu.Lock()
		defer m.mu.Unlock()
		var buses []any
		for _, bus := range slices.Sorted(maps.Keys(m.rules)) {
			buses = append(buses, map[string]any{"Name": bus})
		}
		return map[string]any{"EventBuses": buses}, nil
	})
	s.Handle("events", "ListRuleNamesByTarget", m.names)
	s.Handle("events", "ListTargetsByRule", m.targets)
	s.Handle("events", "PutTargets", m.put)
	return m
}

// Put gives a rule of a bus a target, from JSON as in PutTargets.
func (m *Rules) Put(bus, rule, text string) {
	var target map[string]any
	if err := json.Unmarshal([]byte(text), &target); err != nil {
		panic(err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.set(bus, rule, target)
}

// Target is a rule's target with that id.
func (m *Rules) Target(bus, rule, id string) map[string]any {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, t := range m.rules[bus][rule] {
		if t.(map[string]any)["Id"] == id {
			return maps.Clone(t.(map[string]any))
		}
	}
	return nil
}

func (m *Rules) set(bus, rule string, target map[string]any) {
	if m.rules[bus] == nil {
		m.rules[bus] = map[string][]any{}
	}
	list := slices.DeleteFunc(m.rules[bus][rule], func(t any) bool { return t.(map[string]any)["Id"] == target["Id"] })
	m.rules[bus][rule] = append(list, target)
}

func (m *Rules) names(c *Call) (any, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	names := []string{}
	rules := m.rules[cmp.Or(c.String("EventBusName"), "default")]
	for _, rule := range slices.Sorted(maps.Keys(rules)) {
		if slices.ContainsFunc(rules[rule], func(t any) bool { return t.(map[string]any)["Arn"] == c.String("TargetArn") }) {
			names = append(names, rule)
		}
	}
	return map[string]any{"RuleNames": names}, nil
}

func (m *Rules) targets(c *Call) (any, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	targets, ok := m.rules[cmp.Or(c.String("EventBusName"), "default")][c.String("Rule")]
	if !ok {
		return nil, &Error{Code: "ResourceNotFoundException", Message: "Rule " + c.String("Rule") + " does not exist."}
	}
	return map[string]any{"Targets": slices.Clone(targets)}, nil
}

func (m *Rules) put(c *Call) (any, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	bus := cmp.Or(c.String("EventBusName"), "default")
	if _, ok := m.rules[bus][c.String("Rule")]; !ok {
		return nil, &Error{Code: "ResourceNotFoundException", Message: "Rule " + c.String("Rule") + " does not exist."}
	}
	targets, _ := c.Input["Targets"].([]any)
	for _, t := range targets {
		m.set(bus, c.String("Rule"), t.(map[string]any))
	}
	return map[string]any{"FailedEntryCount": 0, "FailedEntries": []any{}}, nil
}
