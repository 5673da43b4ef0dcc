package architecture

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// startProblems are regular expressions of a package that are compiled whenever
// the program starts, and those that are compiled when they are needed and can't be.
func startProblems(fileSet *token.FileSet, importPath string, files []*ast.File, known constants) []string {
	var problems []string
	problem := func(at ast.Node, format string, args ...any) {
		problems = append(problems, fileSet.Position(at.Pos()).String()+": "+fmt.Sprintf(format, args...))
	}
	for _, file := range files {
		names := importedNames(file)
		for _, d := range file.Decls {
			ast.Inspect(d, func(n ast.Node) bool {
				call, ok := n.(*ast.CallExpr)
				if !ok {
					return true
				}
				selector, ok := call.Fun.(*ast.SelectorExpr)
				if !ok {
					return true
				}
				of, ok := selector.X.(*ast.Ident)
				if !ok || of.Obj != nil {
					return true
				}
				_, inside := d.(*ast.FuncDecl)
				switch function := names[of.Name] + "." + selector.Sel.Name; {
				case !inside && matches("regexp.MustCompile*", function):
					problem(call, "compiled at every start: use lazy.Regexp")
				case function == module+"/pipelines/lazy.Regexp":
					text, ok := known.folded(call.Args[0], importPath, names)
					if !ok {
						problem(call, "this is no constant expression")
					} else if _, err := regexp.Compile(text); err != nil {
						problem(call, "%v", err)
					}
				}
				return true
			})
		}
	}
	return problems
}

// constants are the expressions of constants, by import path and name, with the
// names of imports in the files that they are in.
type constants map[string]constant

type constant struct {
	value ast.Expr
	in    string
	names map[string]string
}

func (known constants) add(importPath string, file *ast.File) {
	for _, d := range file.Decls {
		declaration, ok := d.(*ast.GenDecl)
		if !ok || declaration.Tok != token.CONST {
			continue
		}
		for _, spec := range declaration.Specs {
			values := spec.(*ast.ValueSpec)
			for i, value := range values.Values {
				known[importPath+"."+values.Names[i].Name] = constant{value, importPath, importedNames(file)}
			}
		}
	}
}

// folded is the text of a constant expression in a package.
func (known constants) folded(e ast.Expr, in string, names map[string]string) (string, bool) {
	name := ""
	switch e := e.(type) {
	case *ast.BasicLit:
		text, err := strconv.Unquote(e.Value)
		return text, err == nil
	case *ast.BinaryExpr:
		left, ok := known.folded(e.X, in, names)
		right, also := known.folded(e.Y, in, names)
		return left + right, e.Op == token.ADD && ok && also
	case *ast.Ident:
		name = in + "." + e.Name
	case *ast.SelectorExpr:
		if of, ok := e.X.(*ast.Ident); ok {
			name = names[of.Name] + "." + e.Sel.Name
		}
	}
	c, ok := known[name]
	if !ok {
		return "", false
	}
	return known.folded(c.value, c.in, c.names)
}

func TestStart(t *testing.T) {
	fileSet, known, files := token.NewFileSet(), constants{}, map[string][]*ast.File{}
	for _, p := range list(t, "./pipelines/...", "./cmd/...") {
		for _, name := range p.GoFiles {
			file, err := parser.ParseFile(fileSet, filepath.Join(p.Dir, name), nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			known.add(p.ImportPath, file)
			files[p.ImportPath] = append(files[p.ImportPath], file)
		}
	}
	for importPath, files := range files {
		report(t, startProblems(fileSet, importPath, files, known))
	}
}

func TestStartProblems(t *testing.T) {
	lazy := `import "` + module + `/pipelines/lazy"; `
	tests := map[string]struct {
		source string
		want   []string
	}{
		"in a function":     {source: "import \"regexp\"\nfunc f() { regexp.MustCompile(`a`) }"},
		"at the start":      {source: "import \"regexp\"\nvar a = regexp.MustCompile(`a`)", want: []string{"x.go:2:9: compiled at every start: use lazy.Regexp"}},
		"in a list":         {source: "import \"regexp\"\nvar a = []*regexp.Regexp{\nregexp.MustCompilePOSIX(`a`)}", want: []string{"x.go:3:1: compiled at every start: use lazy.Regexp"}},
		"when it is needed": {source: lazy + "\nvar a = lazy.Regexp(`a` + b)\nconst b = `(` + \"b)\""},
		"a wrong one":       {source: lazy + "\nvar a = lazy.Regexp(`(a`)", want: []string{"x.go:2:9: error parsing regexp: missing closing ): `(a`"}},
		"a wrong constant":  {source: lazy + "\nvar a = lazy.Regexp(`a` + b)\nconst b = `(`", want: []string{"x.go:2:9: error parsing regexp: missing closing ): `a(`"}},
		"of another":        {source: `import "other/p"; ` + lazy + "\nvar a = lazy.Regexp(p.B)", want: []string{"x.go:2:9: error parsing regexp: missing closing ): `(b`"}},
		"of a variable":     {source: lazy + "\nvar b = `b`\nvar a = lazy.Regexp(b)", want: []string{"x.go:3:9: this is no constant expression"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			fileSet, known := token.NewFileSet(), constants{}
			parse := func(importPath, source string) *ast.File {
				file, err := parser.ParseFile(fileSet, "x.go", source, 0)
				if err != nil {
					t.Fatal(err)
				}
				known.add(importPath, file)
				return file
			}
			parse("other/p", "package p; const B = b; const b = `(b`")
			file := parse("x", "package x; "+test.source)
			if diff := cmp.Diff(test.want, startProblems(fileSet, "x", []*ast.File{file}, known)); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}
