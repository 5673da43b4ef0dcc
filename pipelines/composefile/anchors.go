package composefile

import (
	"fmt"
	"slices"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// refuseCircles finds anchors that contain their own alias. Compose-go would
// follow them until the memory is full.
func refuseCircles(path string, content []byte) error {
	file, err := parser.ParseBytes(content, 0)
	if err != nil {
		return nil // compose-go's to say
	}
	for _, document := range file.Docs {
		if alias := circle(document.Body, nil); alias != nil {
			return fmt.Errorf("loading compose file %q: line %d: *%s stands inside of &%s itself",
				path, alias.GetToken().Position.Line, alias.Value, alias.Value)
		}
	}
	return nil
}

// circle is an alias in n of one of the anchors that n is in; nil for none.
func circle(n ast.Node, anchors []string) *ast.AliasNode {
	switch v := n.(type) {
	case *ast.AliasNode:
		if slices.Contains(anchors, v.Value.String()) {
			return v
		}
	case *ast.AnchorNode:
		return circle(v.Value, append(slices.Clip(anchors), v.Name.String()))
	case *ast.TagNode:
		return circle(v.Value, anchors)
	case *ast.SequenceNode:
		for _, item := range v.Values {
			if alias := circle(item, anchors); alias != nil {
				return alias
			}
		}
	}
	for _, pair := range pairs(n) {
		if alias := circle(pair.Value, anchors); alias != nil {
			return alias
		}
	}
	return nil
}
