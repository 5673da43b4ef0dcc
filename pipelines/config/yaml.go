package config

import (
	"bytes"
	"errors"
	"io"
	"strconv"

	goccy "github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/parser"
	"go.yaml.in/yaml/v4"

	"git.example/slipway/pipelines/lazy"
)

// readYAML parses YAML into a node. It is nil when the file is empty or malformed.
func readYAML(d *document, data []byte) *node {
	r := reader{document: d, read: map[*yaml.Node]*node{}}
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	var first, second yaml.Node
	switch err := decoder.Decode(&first); {
	case errors.Is(err, io.EOF):
		return nil
	case err != nil:
		r.malformed(data, err)
		return nil
	}
	switch err := decoder.Decode(&second); {
	case err == nil:
		d.report(start(&second), "", "", "a second YAML document begins here; slipway.yaml is one document")
	case !errors.Is(err, io.EOF):
		r.malformed(data, err)
	}
	return r.node(&first)
}

var unknownAnchor = lazy.Regexp(`line (\d+).*: unknown anchor '(.+)' referenced`)

// malformed notes a syntax error. The other parser finds the place: the marks of
// yaml/v4's errors are some lines off.
func (r reader) malformed(data []byte, err error) {
	if found := unknownAnchor().FindStringSubmatch(err.Error()); found != nil {
		line, _ := strconv.Atoi(found[1])
		r.report(position{line, r.columnOf("*"+found[2], line)}, "", "", "there is no anchor &%s before this", found[2])
		return
	}
	var syntax *goccy.SyntaxError
	if _, other := parser.ParseBytes(data, 0); errors.As(other, &syntax) && syntax.Token != nil {
		at := syntax.Token.Position
		r.report(position{at.Line, at.Column}, "", "", "malformed YAML: %s", syntax.Message)
		return
	}
	r.report(position{}, "", "", "malformed %v", err)
}

func start(n *yaml.Node) position { return position{n.Line, n.Column} }

// reader turns the parser's tree into nodes.
type reader struct {
	*document
	read map[*yaml.Node]*node // nil for those that are being read
}

func (r reader) node(n *yaml.Node) *node {
	if done, seen := r.read[n]; seen {
		if done == nil {
			r.report(start(n), "", "", "this anchor contains itself")
			return &node{kind: broken, at: start(n)}
		}
		return done
	}
	r.read[n] = nil
	r.read[n] = r.convert(n)
	return r.read[n]
}

func (r reader) convert(n *yaml.Node) *node {
	switch n.Kind {
	case yaml.DocumentNode:
		return r.node(n.Content[0])
	case yaml.AliasNode:
		return r.node(n.Alias)
	case yaml.MappingNode:
		return r.mapping(n)
	case yaml.SequenceNode:
		l := &node{kind: list, at: start(n)}
		for _, item := range n.Content {
			l.items = append(l.items, r.node(item))
		}
		return l
	}
	return r.scalar(n)
}

// scalar is a value without parts.
func (r reader) scalar(n *yaml.Node) *node {
	s := &node{kind: text, at: start(n), text: n.Value}
	switch n.ShortTag() {
	case "!!str", "!!timestamp", "!!merge":
	case "!!null":
		s.kind = nothing
	case "!!bool":
		s.kind = boolean
	case "!!float":
		s.kind = decimal
	case "!!int":
		s.kind = integer
		if err := n.Decode(&s.number); err != nil {
			s.kind = decimal // beyond 64 bits
		}
	default:
		s.kind = broken
		r.report(s.at, "", "", "the YAML tag %s is not supported here", n.Tag)
	}
	return s
}
