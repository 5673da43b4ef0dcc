// Package corpus deploys a corpus of compose stacks, which together use every key of
// the Compose Specification that the Docker which is here can run, with the real
// command on real Docker. It has tests only; docs/compose-corpus.md is made by them.
package corpus

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/schema"
)

// node is a part of compose-go's JSON schema.
type node struct {
	Ref                  string          `json:"$ref"`
	Type                 json.RawMessage `json:"type"`
	Enum                 []any           `json:"enum"`
	OneOf                []*node         `json:"oneOf"`
	AnyOf                []*node         `json:"anyOf"`
	AllOf                []*node         `json:"allOf"`
	Properties           map[string]*node
	PatternProperties    map[string]*node `json:"patternProperties"`
	AdditionalProperties json.RawMessage  `json:"additionalProperties"`
	Items                *node            `json:"items"`

	definitions map[string]*node
	// within are the definitions that this node is in, by name: none is followed twice.
	within []string
}

// extension is the pattern of keys that compose leaves to their author.
const extension = "^x-"

// specification is compose-go's schema, that of the version that we link.
func specification() (*node, error) {
	var root struct {
		node
		Definitions map[string]*node `json:"$defs"`
	}
	if err := json.Unmarshal([]byte(schema.Schema), &root); err != nil {
		return nil, err
	}
	root.definitions = root.Definitions
	return &root.node, nil
}

// alternatives are n and everything that may stand in its place, references followed.
func (n *node) alternatives() []*node {
	all := []*node{n}
	for _, other := range slices.Concat(n.OneOf, n.AnyOf, n.AllOf) {
		all = append(all, n.child(other).alternatives()...)
	}
	if name := n.Ref[strings.LastIndex(n.Ref, "/")+1:]; name != "" && !slices.Contains(n.within, name) {
		target := *n.definitions[name]
		target.definitions, target.within = n.definitions, append(slices.Clip(n.within), name)
		all = append(all, target.alternatives()...)
	}
	return all
}

// child is a part of n, which knows what n knows.
func (n *node) child(of *node) *node {
	c := *of
	c.definitions, c.within = n.definitions, n.within
	return &c
}

// member is what the schema says of one key of an object: pattern is "*" where any
// name may stand.
type member struct {
	pattern string
	*node
}

// members are the keys of an object that n may be, in the schema's own words.
func (n *node) members() []member {
	var all []member
	for _, a := range n.alternatives() {
		for _, name := range slices.Sorted(maps.Keys(a.Properties)) {
			all = append(all, member{name, a.child(a.Properties[name])})
		}
		for _, pattern := range slices.Sorted(maps.Keys(a.PatternProperties)) {
			name := "*"
			if pattern == extension {
				name = "x-*"
			}
			all = append(all, member{name, a.child(a.PatternProperties[pattern])})
		}
		var additional node
		if json.Unmarshal(a.AdditionalProperties, &additional) == nil {
			all = append(all, member{"*", a.child(&additional)})
		}
	}
	return all
}

// items are what an array that n may be has.
func (n *node) items() []*node {
	var all []*node
	for _, a := range n.alternatives() {
		if a.Items != nil {
			all = append(all, a.child(a.Items))
		}
	}
	return all
}

// The forms that a value has. Texts, numbers and truth values are one.
const (
	formValue = "value"
	formList  = "list"
	formMap   = "map"
)

// forms are those that n may have.
func (n *node) forms() []string {
	found := map[string]bool{}
	for _, a := range n.alternatives() {
		var types []string
		if json.Unmarshal(a.Type, &types) != nil {
			var one string
			if json.Unmarshal(a.Type, &one) == nil {
				types = []string{one}
			}
		}
		for _, t := range types {
			switch t {
			case "object":
				found[formMap] = true
			case "array":
				found[formList] = true
			case "string", "number", "integer", "boolean":
				found[formValue] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(found))
}

// values are those that the schema lists for n.
func (n *node) values() []string {
	var all []string
	for _, a := range n.alternatives() {
		for _, v := range a.Enum {
			if text, ok := v.(string); ok {
				all = append(all, text)
			}
		}
	}
	return all
}
