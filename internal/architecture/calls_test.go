package architecture

import (
	"fmt"
	"go/ast"
	"go/token"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// forbidden are functions that the library does not call, and what it does
// instead. "Print*" stands for every name that begins so.
var forbidden = []struct{ library, name, instead string }{
	{"fmt", "Print*", "report an event"},
	{"log", "Fatal*", "return an error"},
	{"log", "Panic*", "return an error"},
	{"log", "Print*", "report an event"},
	{"os", "Exit", "return an error"},
	{"os", "Getenv", "use the lookup that is given"},
	{"os", "LookupEnv", "use the lookup that is given"},
	{"os", "ExpandEnv", "use the lookup that is given"},
	{"os", "Stdout", "report an event"},
	{"os", "Stderr", "report an event"},
	{"time", "Sleep", "wait with the context"},
}

// callProblems are what a file of the library uses and must not: forbidden
// functions and variables, the built-in prints, and init functions.
func callProblems(files *token.FileSet, file *ast.File) []string {
	var problems []string
	problem := func(at token.Pos, format string, args ...any) {
		problems = append(problems, files.Position(at).String()+": "+fmt.Sprintf(format, args...))
	}
	names := importedNames(file)
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			if n.Name.Name == "init" && n.Recv == nil {
				problem(n.Pos(), "an init function runs unasked")
			}
		case *ast.CallExpr:
			if f, ok := n.Fun.(*ast.Ident); ok && f.Obj == nil && (f.Name == "print" || f.Name == "println") {
				problem(n.Pos(), "%s: report an event", f.Name)
			}
		case *ast.SelectorExpr:
			x, ok := n.X.(*ast.Ident)
			if !ok || x.Obj != nil {
				return true
			}
			for _, f := range forbidden {
				if names[x.Name] == f.library && matches(f.name, n.Sel.Name) {
					problem(n.Pos(), "%s.%s: %s", f.library, n.Sel.Name, f.instead)
				}
			}
		}
		return true
	})
	return problems
}

func matches(pattern, name string) bool {
	prefix, any := strings.CutSuffix(pattern, "*")
	return name == pattern || any && strings.HasPrefix(name, prefix)
}

// importedNames maps the names that a file gives its imports to their paths.
func importedNames(file *ast.File) map[string]string {
	names := map[string]string{}
	for _, imported := range file.Imports {
		importPath, _ := strconv.Unquote(imported.Path.Value)
		name := path.Base(importPath)
		if imported.Name != nil {
			name = imported.Name.Name
		}
		names[name] = importPath
	}
	return names
}

func TestCalls(t *testing.T) {
	library := slices.DeleteFunc(list(t, "./pipelines/..."), func(p listed) bool { return strings.HasSuffix(p.Name, "test") })
	report(t, fileProblems(t, library, callProblems))
}

func TestCallProblems(t *testing.T) {
	tests := map[string]struct {
		source string
		want   []string
	}{
		"nothing":              {source: `import ("fmt"; "os"); func f() error { _, _ = os.Open("x"); return fmt.Errorf("x") }`},
		"a print":              {source: `import "fmt"; func f() { fmt.Println() }`, want: []string{"x.go:1:37: fmt.Println: report an event"}},
		"under another name":   {source: `import p "fmt"; func f() { p.Printf("") }`, want: []string{"x.go:1:39: fmt.Printf: report an event"}},
		"to a writer":          {source: `import ("fmt"; "io"); func f(w io.Writer) { fmt.Fprintln(w) }`},
		"built in":             {source: `func f() { println() }`, want: []string{"x.go:1:23: println: report an event"}},
		"our own print":        {source: `func f() { print := func() {}; print() }`},
		"fatal":                {source: `import "log"; func f() { log.Fatal() }`, want: []string{"x.go:1:37: log.Fatal: return an error"}},
		"exit":                 {source: `import "os"; func f() { os.Exit(1) }`, want: []string{"x.go:1:36: os.Exit: return an error"}},
		"the environment":      {source: `import "os"; var home = os.Getenv`, want: []string{"x.go:1:36: os.Getenv: use the lookup that is given"}},
		"standard output":      {source: `import "os"; var out = os.Stdout`, want: []string{"x.go:1:35: os.Stdout: report an event"}},
		"a sleep":              {source: `import "time"; func f() { time.Sleep(1) }`, want: []string{"x.go:1:38: time.Sleep: wait with the context"}},
		"init":                 {source: `func init() {}`, want: []string{"x.go:1:12: an init function runs unasked"}},
		"a method called init": {source: `type t int; func (t) init() {}`},
		"a variable called os": {source: `func f(os struct{ Exit func() }) { os.Exit() }`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, sourceProblems(t, "x.go", "package x; "+test.source, callProblems)); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}
