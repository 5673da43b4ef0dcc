package awsfake

import (
	"encoding/json"
	"maps"
	"slices"
)

// ECS answers a task definition with more than was sent: it fills in keys that nobody
// wrote, keeps some values in another form, and keeps no order of what has names. What it
// fills in differs by region and from month to month, so the fake draws it by lot, for
// any key of the model: nobody can learn a list of it.

// filled is how many of the keys that a structure could have are filled in, in percent.
const filled = 40

// meant are keys that the fake goes by itself: what they say is never made up.
var meant = []string{
	"name", "image", "healthCheck", "networkMode", "family", "containerDefinitions", "command", "entryPoint", "tags",
	"cpu", "memory", "memoryReservation", "containerPort", "containerPortRange", "hostPort", "logConfiguration", "runtimePlatform",
	"requiresCompatibilities", "secrets", "repositoryCredentials", "dependsOn",
}

// keep is a document as ECS keeps it.
func (e *ECS) keep(input map[string]any) map[string]any {
	var d map[string]any
	text, _ := json.Marshal(input)
	_ = json.Unmarshal(text, &d)
	m := e.s.models["ecs"]
	for range e.Drops {
		e.drop(m, d)
	}
	e.fill(m, m.shapes["com.amazonaws.ecs#TaskDefinition"], d, true)
	d["cpu"], d["memory"] = size(d["cpu"], "vcpu"), size(d["memory"], "gb")
	for _, key := range []string{"cpu", "memory"} {
		if d[key] == nil {
			delete(d, key)
		}
	}
	for _, item := range d["containerDefinitions"].([]any) {
		c := item.(map[string]any)
		for _, port := range listOf(c["portMappings"]) {
			p := port.(map[string]any)
			if p["hostPort"] == nil && (d["networkMode"] == "awsvpc" || d["networkMode"] == "host") {
				p["hostPort"] = p["containerPort"]
			}
		}
		for _, key := range []string{"environment", "secrets"} {
			list := listOf(c[key])
			e.s.chance.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
		}
	}
	return d
}

// fill fills a structure in: keys that it lacks get what their shape has for nothing.
// At the top are keys that only ECS sets.
func (e *ECS) fill(m *model, s *shape, d map[string]any, top bool) {
	for _, key := range slices.Sorted(maps.Keys(s.Members)) {
		member := m.shape(s.Members[key])
		if value, there := d[key]; there && value != nil {
			e.fillInto(m, member, value)
			continue
		}
		if slices.Contains(meant, key) || top && !e.registered(m, key) || e.s.chance.IntN(100) >= filled {
			continue
		}
		if value := e.nothing(m, member); value != nil {
			d[key] = value
		}
	}
}

func (e *ECS) fillInto(m *model, s *shape, value any) {
	switch v := value.(type) {
	case map[string]any:
		if s.Type == "structure" {
			e.fill(m, s, v, false)
		}
	case []any:
		for _, item := range v {
			e.fillInto(m, m.shape(s.Member), item)
		}
	}
}

// registered says that a key of a task definition is one that is registered.
func (e *ECS) registered(m *model, key string) bool {
	return m.shapes["com.amazonaws.ecs#RegisterTaskDefinitionRequest"].Members[key] != nil
}

// nothing is a value that says what no value says, of those that the shape allows.
func (e *ECS) nothing(m *model, s *shape) any {
	switch s.Type {
	case "boolean":
		return e.s.chance.IntN(2) == 0
	case "integer", "long":
		return float64(e.s.chance.IntN(30))
	case "list":
		return []any{}
	case "map":
		return map[string]any{}
	case "enum":
		var words []string
		for name, member := range s.Members {
			word := name
			_ = json.Unmarshal(member.Traits["smithy.api#enumValue"], &word)
			words = append(words, word)
		}
		slices.Sort(words)
		return words[e.s.chance.IntN(len(words))]
	case "string":
		return []any{"", "/", "default"}[e.s.chance.IntN(3)]
	case "structure":
		d := map[string]any{}
		e.fill(m, s, d, false)
		for key, member := range s.Members {
			if _, required := member.Traits["smithy.api#required"]; required && d[key] == nil {
				return nil
			}
		}
		return d
	}
	return nil
}

// drop takes one key away, of those that a service can do without.
func (e *ECS) drop(m *model, d map[string]any) {
	type place struct {
		in  map[string]any
		key string
	}
	var places []place
	var look func(s *shape, value any)
	look = func(s *shape, value any) {
		switch v := value.(type) {
		case map[string]any:
			for _, key := range slices.Sorted(maps.Keys(v)) {
				member := s.Members[key]
				if member == nil || key == "tags" {
					continue
				}
				if _, required := member.Traits["smithy.api#required"]; !required && !slices.Contains(meant, key) {
					places = append(places, place{v, key})
				}
				look(m.shape(member), v[key])
			}
		case []any:
			for _, item := range v {
				look(m.shape(s.Member), item)
			}
		}
	}
	look(m.shapes["com.amazonaws.ecs#TaskDefinition"], d)
	if len(places) == 0 {
		return
	}
	p := places[e.s.chance.IntN(len(places))]
	delete(p.in, p.key)
}

func listOf(value any) []any {
	list, _ := value.([]any)
	return list
}
