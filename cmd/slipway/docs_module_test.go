package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// function is one of the Dagger module, as the dagger command has it.
type function struct {
	// flags by name; true for those that take no value.
	flags map[string]bool
	// returns is the module's type that functions can be chained on; empty for a
	// value, other for a type of Dagger's own.
	returns string
}

const (
	// opens is the function that the flags before all functions are of.
	opens = ""
	// other is a type with functions that the module does not define.
	other = "dagger"
)

// module are the functions of each type of the Dagger module, which is a Go
// module of its own: its source is read.
func module(t *testing.T) map[string]map[string]function {
	t.Helper()
	paths, err := filepath.Glob("../../ci/*.go")
	if err != nil || len(paths) == 0 {
		t.Fatalf("finding the module's source: %v, %d files", err, len(paths))
	}
	types := map[string]map[string]function{}
	add := func(of, name string, f function) {
		if types[of] == nil {
			types[of] = map[string]function{}
		}
		types[of][kebab(name)] = f
	}
	for _, path := range paths {
		if strings.HasSuffix(path, ".gen.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				switch {
				case n.Recv == nil && n.Name.Name == "New":
					add("Slipway", opens, function{flagsOf(n), "Slipway"})
				case n.Recv != nil && n.Name.IsExported():
					add(typeName(n.Recv.List[0].Type), n.Name.Name, function{flagsOf(n), typeName(n.Type.Results.List[0].Type)})
				}
				return false
			case *ast.TypeSpec:
				s, ok := n.Type.(*ast.StructType)
				if !ok || !n.Name.IsExported() || n.Name.Name == "Slipway" {
					return false
				}
				for _, field := range s.Fields.List {
					for _, name := range field.Names {
						add(n.Name.Name, name.Name, function{returns: typeName(field.Type)})
					}
				}
			}
			return true
		})
	}
	return types
}

func flagsOf(f *ast.FuncDecl) map[string]bool {
	flags := map[string]bool{}
	for _, field := range f.Type.Params.List {
		for _, name := range field.Names {
			kind, _ := field.Type.(*ast.Ident)
			flags[kebab(name.Name)] = kind != nil && kind.Name == "bool"
		}
	}
	delete(flags, "ctx")
	return flags
}

// typeName is what a function returns, or one of what it returns a list of.
func typeName(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return typeName(e.X)
	case *ast.ArrayType:
		return typeName(e.Elt)
	case *ast.SelectorExpr:
		return other
	case *ast.Ident:
		if ast.IsExported(e.Name) {
			return e.Name
		}
	}
	return ""
}

var hump = regexp.MustCompile(`([a-z0-9])([A-Z])`)

func kebab(name string) string { return strings.ToLower(hump.ReplaceAllString(name, "$1-$2")) }
