package config

import (
	"errors"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// read parses YAML into a node. It is nil when the file is empty or malformed.
func (d *document) read(data []byte) *node {
	file, err := parser.ParseBytes(data, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		d.malformed(err)
		return nil
	}
	r := reader{document: d, anchors: map[string]*node{}}
	var root *node
	for _, doc := range file.Docs {
		if doc.Body == nil {
			continue
		}
		if root != nil {
			d.report(startOf(doc.Body), "", "", "a second YAML document; slipway.yaml is one document")
			break
		}
		root = r.node(doc.Body)
	}
	return root
}

// malformed notes a syntax error of the YAML parser.
func (d *document) malformed(err error) {
	var syntax *yaml.SyntaxError
	if !errors.As(err, &syntax) {
		d.report(position{}, "", "", "malformed YAML: %v", err)
		return
	}
	d.report(place(syntax.Token), "", "", "malformed YAML: %s", syntax.Message)
}

func place(t *token.Token) position {
	if t == nil || t.Position == nil {
		return position{}
	}
	return position{t.Position.Line, t.Position.Column}
}

// startOf is where a value begins; for a block mapping, its first key.
func startOf(n ast.Node) position {
	switch n := n.(type) {
	case *ast.MappingNode:
		if !n.IsFlowStyle && len(n.Values) > 0 {
			return startOf(n.Values[0])
		}
		return place(n.Start)
	case *ast.MappingValueNode:
		return place(n.Key.GetToken())
	}
	return place(n.GetToken())
}

// reader turns the parser's tree into nodes.
type reader struct {
	*document
	anchors map[string]*node // those that are complete so far, so nothing contains itself
}

func (r reader) node(n ast.Node) *node {
	if n == nil {
		return &node{kind: nothing}
	}
	at := startOf(n)
	switch n := n.(type) {
	case *ast.MappingNode:
		return r.mapping(at, n.Values)
	case *ast.MappingValueNode:
		return r.mapping(at, []*ast.MappingValueNode{n})
	case *ast.SequenceNode:
		l := &node{kind: list, at: at}
		for _, item := range n.Values {
			l.items = append(l.items, r.node(item))
		}
		return l
	case *ast.AnchorNode:
		value := r.node(n.Value)
		if n.Name != nil {
			r.anchors[n.Name.GetToken().Value] = value
		}
		return value
	case *ast.AliasNode:
		return r.alias(at, n)
	case *ast.TagNode:
		return r.tagged(at, n)
	}
	return scalar(at, n)
}

func (r reader) alias(at position, n *ast.AliasNode) *node {
	name := ""
	if n.Value != nil {
		name = n.Value.GetToken().Value
	}
	if target, ok := r.anchors[name]; ok {
		return target
	}
	r.report(at, "", "", "no anchor &%s before this alias", name)
	return &node{kind: broken, at: at}
}

func (r reader) tagged(at position, n *ast.TagNode) *node {
	value := r.node(n.Value)
	switch tag := n.Start.Value; {
	case tag == "!!str" && value.isScalar():
		return &node{kind: text, at: value.at, text: value.text}
	case tag == "!!map" && value.kind == mapping, tag == "!!seq" && value.kind == list:
	default:
		r.report(at, "", "", "the YAML tag %s is not supported here", tag)
	}
	return value
}

// scalar is a value without parts.
func scalar(at position, n ast.Node) *node {
	switch n := n.(type) {
	case *ast.StringNode:
		return &node{kind: text, at: at, text: n.Value}
	case *ast.LiteralNode:
		return &node{kind: text, at: at, text: n.Value.Value}
	case *ast.BoolNode:
		return &node{kind: boolean, at: at, text: n.Token.Value}
	case *ast.IntegerNode:
		i := &node{kind: integer, at: at, text: n.Token.Value}
		switch v := n.Value.(type) {
		case int64:
			i.number = v
		case uint64:
			i.number = int64(min(v, 1<<63-1))
		}
		return i
	case *ast.FloatNode, *ast.InfinityNode, *ast.NanNode:
		return &node{kind: decimal, at: at, text: n.GetToken().Value}
	}
	return &node{kind: nothing, at: at}
}
