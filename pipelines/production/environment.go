package production

import (
	"strings"

	"go.yaml.in/yaml/v4"

	"git.example/slipway/pipelines/survey"
)

// assignment is one variable of a service's environment.
type assignment struct {
	name string
	// value is the text after the = or the colon.
	value string
	node  *yaml.Node
	// listed says that the node is name=value.
	listed bool
}

// set writes a new value.
func (a assignment) set(value string) {
	if a.listed {
		a.node.SetString(a.name + "=" + value)
		return
	}
	a.node.SetString(value)
}

// assignments are those of a service.
func assignments(s *yaml.Node) []assignment {
	var all []assignment
	n := get(s, "environment")
	if n == nil {
		return nil
	}
	if n.Kind == yaml.MappingNode {
		for i := 0; i+1 < len(n.Content); i += 2 {
			v := n.Content[i+1]
			if v.Kind == yaml.ScalarNode && v.Tag != "!!null" {
				all = append(all, assignment{n.Content[i].Value, v.Value, v, false})
			}
		}
		return all
	}
	for _, item := range n.Content {
		if name, value, ok := strings.Cut(item.Value, "="); ok {
			all = append(all, assignment{name, value, item, true})
		}
	}
	return all
}

// environment takes modes of development to production.
func (m *maker) environment(name string, s *yaml.Node) {
	for _, a := range assignments(s) {
		if value, mode := survey.Production(a.name, a.value); mode && value != a.value {
			a.set(value)
			m.say("service %s has %s=%s, not %s", name, a.name, value, a.value)
		}
	}
}
