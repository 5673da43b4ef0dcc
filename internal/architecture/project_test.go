package architecture

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// projectProblems are where a package has the object of the verbs and should
// have what it needs of it. Only the command takes a project, to call its verbs,
// and no type anywhere embeds one, which would hide how much that type does.
func projectProblems(p checked) []string {
	var problems []string
	problem := func(at token.Pos, does string) {
		problems = append(problems, fmt.Sprintf("%s: %s a pipelines.Project: take what is needed of it", p.at(at), does))
	}
	isUser := p.path() == "pipelines" || under(p.path(), "cmd")
	for _, file := range p.files {
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncType:
				for _, field := range n.Params.List {
					if !isUser && p.isProject(field.Type) {
						problem(field.Pos(), "takes")
					}
				}
			case *ast.StructType:
				for _, field := range n.Fields.List {
					switch embedded := len(field.Names) == 0; {
					case !p.isProject(field.Type):
					case embedded:
						problem(field.Pos(), "embeds")
					case !embedded && !isUser:
						problem(field.Pos(), "keeps")
					}
				}
			}
			return true
		})
	}
	slices.Sort(problems)
	return problems
}

// isProject says whether a type is the project, a pointer to it, or a list, map
// or channel of those.
func (p checked) isProject(expression ast.Expr) bool {
	if variadic, ok := expression.(*ast.Ellipsis); ok {
		expression = variadic.Elt
	}
	for t := p.info.TypeOf(expression); ; {
		switch of := types.Unalias(t).(type) {
		case *types.Named:
			name := of.Obj()
			return name.Name() == "Project" && name.Pkg() != nil && name.Pkg().Path() == module+"/pipelines"
		// A pointer, slice, array, map or channel.
		case interface{ Elem() types.Type }:
			t = of.Elem()
		default:
			return false
		}
	}
}

func TestProject(t *testing.T) {
	for _, p := range checkedPackages(t) {
		report(t, projectProblems(p))
	}
}

func TestProjectProblems(t *testing.T) {
	const advice = " a pipelines.Project: take what is needed of it"
	tests := map[string]struct {
		path, source string
		want         []string
	}{
		"calls a verb":          {path: "internal/x", source: "func f() { pipelines.Open().Verb() }"},
		"takes it":              {path: "internal/x", source: "func f(p *pipelines.Project) {}", want: []string{"internal/x/x.go:3: takes" + advice}},
		"takes several":         {path: "internal/x", source: "func f(p ...*pipelines.Project) {}", want: []string{"internal/x/x.go:3: takes" + advice}},
		"takes a map of them":   {path: "internal/x", source: "func f(m map[string][]*pipelines.Project) {}", want: []string{"internal/x/x.go:3: takes" + advice}},
		"takes what is like it": {path: "internal/x", source: "type Project struct{}; func f(*Project, *pipelines.Options) {}"},
		"under another name":    {path: "internal/x", source: "type t = *pipelines.Project; func f(t) {}", want: []string{"internal/x/x.go:3: takes" + advice}},
		"an interface's method": {path: "internal/x", source: "type i interface { m(*pipelines.Project) }", want: []string{"internal/x/x.go:3: takes" + advice}},
		"a function in one":     {path: "internal/x", source: "func f() { _ = func(*pipelines.Project) {} }", want: []string{"internal/x/x.go:3: takes" + advice}},
		"keeps it":              {path: "internal/x", source: "type t struct { p *pipelines.Project }", want: []string{"internal/x/x.go:3: keeps" + advice}},
		"the command":           {path: "cmd/slipway", source: "type t struct { p *pipelines.Project }; func f(p *pipelines.Project) {}"},
		"embeds it":             {path: "cmd/slipway", source: "type t struct { *pipelines.Project }", want: []string{"cmd/slipway/x.go:3: embeds" + advice}},
	}
	verbs := source{path: "pipelines", files: map[string]string{"p.go": "package pipelines; type Project struct{}; type Options struct{}; func (*Project) Verb() {}; func Open() *Project { return nil }; func in(*Project) {}"}}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			text := "package x\nimport \"" + module + "/pipelines\"\n" + test.source
			packages := checkSources(t, verbs, source{path: test.path, files: map[string]string{"x.go": text}})
			if diff := cmp.Diff(test.want, projectProblems(packages[1])); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
	t.Run("the library itself", func(t *testing.T) {
		if got := projectProblems(checkSources(t, verbs)[0]); got != nil {
			t.Errorf("problems: %q", got)
		}
	})
}
