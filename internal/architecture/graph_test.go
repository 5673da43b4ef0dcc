package architecture

import (
	"go/ast"
	"go/types"
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// graph is which functions and variables of ours the bodies of functions, and
// the values of variables, mention. Nodes are full names, as
// "(*git.example/slipway/pipelines.Project).Deploy".
type graph map[string]map[string]bool

// newGraph is the graph of all packages. A method of an interface, and whoever
// mentions it, mentions every method of ours that has its name, since it may be
// the one that is called.
func newGraph(packages []checked) graph {
	g, methods := graph{}, map[string]map[string]bool{}
	for _, p := range packages {
		for _, object := range p.info.Defs {
			f, ok := object.(*types.Func)
			if !ok || f.Signature().Recv() == nil {
				continue
			}
			if methods[f.Name()] == nil {
				methods[f.Name()] = map[string]bool{}
			}
			methods[f.Name()][node(f)] = true
			if isOfInterface(f) {
				g[node(f)] = methods[f.Name()]
			}
		}
	}
	for _, p := range packages {
		for _, file := range p.files {
			for _, decl := range file.Decls {
				switch d := decl.(type) {
				case *ast.FuncDecl:
					g.add(p, node(p.info.Defs[d.Name]), d, methods)
				case *ast.GenDecl:
					for _, spec := range d.Specs {
						if values, ok := spec.(*ast.ValueSpec); ok {
							for _, name := range values.Names {
								g.add(p, node(p.info.Defs[name]), values, methods)
							}
						}
					}
				}
			}
		}
	}
	return g
}

// node is an object's name in the graph; "" when it is no function or variable
// of a package of ours.
func node(object types.Object) string {
	if object == nil || object.Pkg() == nil || !ours(object.Pkg().Path()) {
		return ""
	}
	switch o := object.(type) {
	case *types.Func:
		return o.Origin().FullName()
	case *types.Var:
		if o.Parent() == o.Pkg().Scope() {
			return o.Pkg().Path() + "." + o.Name()
		}
	}
	return ""
}

// isOfInterface says whether a function is a method of an interface.
func isOfInterface(f *types.Func) bool {
	return f.Signature().Recv() != nil && types.IsInterface(f.Signature().Recv().Type())
}

// add adds what a declaration mentions.
func (g graph) add(p checked, from string, declaration ast.Node, methods map[string]map[string]bool) {
	if g[from] == nil {
		g[from] = map[string]bool{}
	}
	ast.Inspect(declaration, func(n ast.Node) bool {
		ident, ok := n.(*ast.Ident)
		if !ok {
			return true
		}
		object := p.info.Uses[ident]
		if to := node(object); to != "" {
			g[from][to] = true
		}
		if f, ok := object.(*types.Func); ok && isOfInterface(f) {
			maps.Copy(g[from], methods[f.Name()])
		}
		return true
	})
}

// reaches says whether one function mentions another, or mentions one that
// mentions it, over so many steps.
func (g graph) reaches(from, to string, steps int) bool {
	reached := map[string]bool{from: true}
	for range steps {
		for _, at := range slices.Collect(maps.Keys(reached)) {
			maps.Copy(reached, g[at])
		}
		if reached[to] {
			return true
		}
	}
	return false
}

func TestGraph(t *testing.T) {
	y := source{path: "y", files: map[string]string{"y.go": `package y
type Target interface { Apply() }
type Stack struct{}
func (*Stack) Apply() { run(func() { start() }) }
func run(f func()) { f() }
func start() {}
`}}
	x := source{path: "x", files: map[string]string{"x.go": `package x
import "` + module + `/y"
var verbs = []func(y.Target){ deploy }
func main() { verbs[0](new(y.Stack)) }
func deploy(t y.Target) { each(t); same(1) }
func each(t y.Target) { t.Apply() }
func same[E any](e E) { other() }
func other() {}
`}}
	g := newGraph(checkSources(t, y, x))
	const in, apply = module + "/", "(*" + module + "/y.Stack).Apply"
	tests := map[string]struct {
		from, to string
		steps    int
		want     bool
	}{
		"one call":                    {in + "x.deploy", in + "x.each", 1, true},
		"upwards":                     {in + "x.each", in + "x.deploy", 3, false},
		"through an interface":        {in + "x.each", apply, 1, true},
		"the interface's method":      {in + "x.each", "(" + module + "/y.Target).Apply", 1, true},
		"from it to one that has it":  {"(" + module + "/y.Target).Apply", apply, 1, true},
		"two calls":                   {in + "x.deploy", apply, 2, true},
		"two calls are not one":       {in + "x.deploy", apply, 1, false},
		"through a variable":          {in + "x.main", in + "x.deploy", 2, true},
		"in a function that it gives": {apply, in + "y.start", 1, true},
		"with types":                  {in + "x.deploy", in + "x.other", 2, true},
		"from another package":        {in + "x.each", in + "y.start", 2, true},
		"what there is not":           {in + "x.each", in + "y.stop", 9, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, g.reaches(test.from, test.to, test.steps)); diff != "" {
				t.Errorf("reaches (-want +got):\n%s", diff)
			}
		})
	}
}
