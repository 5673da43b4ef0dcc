package composefile

import (
	"fmt"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// refuseVersion1 finds files of the first compose format, whose services stand
// at the top level. Whatever else is wrong with a file is compose-go's to say.
func refuseVersion1(path string, content []byte) error {
	file, err := parser.ParseBytes(content, 0)
	if err != nil || len(file.Docs) == 0 {
		return nil
	}
	top := pairs(file.Docs[0].Body)
	for _, pair := range top {
		if key := pair.Key.String(); key == "services" || key == "include" {
			return nil
		}
	}
	for _, pair := range top {
		for _, inner := range pairs(pair.Value) {
			if key := inner.Key.String(); key != "image" && key != "build" {
				continue
			}
			return fmt.Errorf("loading compose file %q: it has no services: and %s: stands at the top level, "+
				"as in compose's first format, which no compose reads any more; "+
				"write services: as the first line and indent everything else below it", path, pair.Key)
		}
	}
	return nil
}

// pairs are those of a mapping; none when n is none.
func pairs(n ast.Node) []*ast.MappingValueNode {
	switch v := n.(type) {
	case *ast.MappingNode:
		return v.Values
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{v}
	}
	return nil
}
