package corpus

import (
	"slices"
	"strings"
)

// keys are all that the schema allows in a compose file, sorted: the path of each
// key, "services.*.ports"; each of its forms where it has several, "services.*.ports[]
// (map)"; each value where the schema lists them, "services.*.cgroup = host". A path
// ends in "x-*" for a key of one's own, which every object may have: it is
// listed where a section or one of its elements has it.
func keys(root *node) []string {
	found := map[string]bool{}
	collect(root, "", found)
	var all []string
	for key := range found {
		all = append(all, key)
	}
	slices.Sort(all)
	return all
}

func collect(n *node, path string, found map[string]bool) {
	if forms := n.forms(); path != "" && len(forms) > 1 {
		for _, form := range forms {
			found[withForm(path, form)] = true
		}
	}
	for _, value := range n.values() {
		found[withValue(path, value)] = true
	}
	for _, m := range n.members() {
		at := below(path, m.pattern)
		if m.pattern == "x-*" && strings.Count(at, ".") > 2 {
			continue
		}
		if m.pattern != "*" {
			found[at] = true
		}
		collect(m.node, at, found)
	}
	for _, item := range n.items() {
		collect(item, path+"[]", found)
	}
}

func below(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

func withForm(path, form string) string   { return path + " (" + form + ")" }
func withValue(path, value string) string { return path + " = " + value }

// uses notes which keys a compose file uses, in the words of keys. What the schema
// does not allow is not noted.
func uses(n *node, path string, value any, found map[string]bool) {
	form := formValue
	switch v := value.(type) {
	case nil:
		return
	case map[string]any:
		form = formMap
		for name, of := range v {
			for _, m := range n.named(name) {
				at := below(path, m.pattern)
				if m.pattern != "*" {
					found[at] = true
				}
				uses(m.node, at, of, found)
			}
		}
	case []any:
		form = formList
		for _, of := range v {
			for _, item := range n.items() {
				uses(item, path+"[]", of, found)
			}
		}
	case string:
		if slices.Contains(n.values(), v) {
			found[withValue(path, v)] = true
		}
	}
	if forms := n.forms(); path != "" && len(forms) > 1 && slices.Contains(forms, form) {
		found[withForm(path, form)] = true
	}
}

// named are the members that a key of that name may be: by its own name, else by a
// pattern.
func (n *node) named(name string) []member {
	var exact, patterns []member
	for _, m := range n.members() {
		switch {
		case m.pattern == name, m.pattern == "x-*" && strings.HasPrefix(name, "x-"):
			exact = append(exact, m)
		case m.pattern == "*":
			patterns = append(patterns, m)
		}
	}
	if len(exact) > 0 {
		return exact
	}
	return patterns
}
