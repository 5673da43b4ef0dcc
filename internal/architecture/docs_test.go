package architecture

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// wellKnown are methods that have one meaning wherever they are: those of the
// interfaces of the standard library.
var wellKnown = []string{
	"As", "Close", "Error", "Is", "Len", "Less", "Read", "String", "Swap", "Unwrap", "Write",
	"MarshalJSON", "MarshalText", "MarshalYAML", "UnmarshalJSON", "UnmarshalText", "UnmarshalYAML",
}

// docProblems are exported names of a file that no comment explains: functions,
// types, constants, variables, and methods of exported types. A comment on a
// group of constants or variables is enough; well-known methods need none.
func docProblems(files *token.FileSet, file *ast.File) []string {
	var problems []string
	problem := func(name *ast.Ident) {
		problems = append(problems, fmt.Sprintf("%s: no comment says what %s is", files.Position(name.Pos()), name.Name))
	}
	for _, d := range file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Name.IsExported() && d.Doc == nil && (d.Recv == nil || wantsComment(d)) {
				problem(d.Name)
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				switch spec := spec.(type) {
				case *ast.TypeSpec:
					if spec.Name.IsExported() && d.Doc == nil && spec.Doc == nil {
						problem(spec.Name)
					}
				case *ast.ValueSpec:
					for _, name := range spec.Names {
						if name.IsExported() && d.Doc == nil && spec.Doc == nil && spec.Comment == nil {
							problem(name)
						}
					}
				}
			}
		}
	}
	return problems
}

// wantsComment says whether a method is one of an exported type and not well known.
func wantsComment(method *ast.FuncDecl) bool {
	receiver := method.Recv.List[0].Type
	for {
		switch t := receiver.(type) {
		case *ast.StarExpr:
			receiver = t.X
		case *ast.IndexExpr:
			receiver = t.X
		case *ast.IndexListExpr:
			receiver = t.X
		case *ast.Ident:
			return t.IsExported() && !slices.Contains(wellKnown, method.Name.Name)
		default:
			return true
		}
	}
}

func TestDocs(t *testing.T) {
	packages := list(t, "./...")
	// The Dagger module is one of its own.
	packages = append(packages, listIn(t, "../../ci", "./...")...)
	for _, p := range packages {
		documented := len(p.GoFiles) == 0
		for _, name := range p.GoFiles {
			files := token.NewFileSet()
			file, err := parser.ParseFile(files, filepath.Join(p.Dir, name), nil, parser.ParseComments|parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			documented = documented || file.Doc != nil || ast.IsGenerated(file)
			if ast.IsGenerated(file) {
				continue
			}
			report(t, docProblems(files, file))
		}
		if !documented {
			t.Errorf("%s: no comment says what the package is for", p.path())
		}
	}
}

func TestDocProblems(t *testing.T) {
	tests := map[string]struct {
		source string
		want   []string
	}{
		"all explained":         {source: "// F does.\nfunc F() {}\n// T is.\ntype T int\n// The colours.\nconst (\nRed = 1\nBlue = 2\n)\n"},
		"nothing exported":      {source: "func f() {}\ntype t int\nvar v int\n"},
		"well-known methods":    {source: "// T is.\ntype T int\nfunc (T) String() string { return \"\" }\nfunc (*T) UnmarshalJSON([]byte) error { return nil }\n"},
		"a method":              {source: "// T is.\ntype T int\nfunc (T) M() {}\nfunc (T) m() {}\n", want: []string{"x.go:4:10: no comment says what M is"}},
		"a pointer's method":    {source: "// T is.\ntype T int\nfunc (*T) M() {}\n", want: []string{"x.go:4:11: no comment says what M is"}},
		"of a type with types":  {source: "// T is.\ntype T[A, B any] struct{}\nfunc (t *T[A, B]) M() {}\n", want: []string{"x.go:4:19: no comment says what M is"}},
		"an explained method":   {source: "// T is.\ntype T int\n// M does.\nfunc (T) M() {}\n"},
		"of a type of its own":  {source: "type t int\nfunc (t) M() {}\n"},
		"a function String":     {source: "func String() {}\n", want: []string{"x.go:2:6: no comment says what String is"}},
		"a comment at the end":  {source: "var V int // V is.\n"},
		"a function":            {source: "func F() {}\n", want: []string{"x.go:2:6: no comment says what F is"}},
		"a type":                {source: "type T int\n", want: []string{"x.go:2:6: no comment says what T is"}},
		"one of a group":        {source: "type (\n// T is.\nT int\nU int\n)\n", want: []string{"x.go:5:1: no comment says what U is"}},
		"several in one line":   {source: "var A, b, C int\n", want: []string{"x.go:2:5: no comment says what A is", "x.go:2:11: no comment says what C is"}},
		"a comment too far off": {source: "// F does.\n\nfunc F() {}\n", want: []string{"x.go:4:6: no comment says what F is"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			files := token.NewFileSet()
			file, err := parser.ParseFile(files, "x.go", "package x\n"+test.source, parser.ParseComments|parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, docProblems(files, file)); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}
