package architecture

import (
	"fmt"
	"go/types"
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// mostMethods is how many methods a type may have: more are several jobs.
const mostMethods = 30

// methodProblems are types that have more methods than most, those of what they
// embed included.
func methodProblems(p checked, most int) []string {
	var problems []string
	counts := methodCounts(p)
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		if counts[name] > most {
			problems = append(problems, fmt.Sprintf("%s has %d methods, more than %d: give its jobs to types of their own", name, counts[name], most))
		}
	}
	return problems
}

// methodCounts are how many methods each type has, under "package.Type". Of the
// Dagger module's object they are those that are not its functions, which the
// engine wants to be exported methods of one type.
func methodCounts(p checked) map[string]int {
	counts := map[string]int{}
	for _, object := range p.info.Defs {
		name, ok := object.(*types.TypeName)
		if !ok || name.IsAlias() || !p.holds(name) {
			continue
		}
		if _, parameter := name.Type().(*types.TypeParam); parameter {
			continue
		}
		key, functions := p.path()+"."+name.Name(), p.path() == "ci" && name.Name() == "Slipway"
		// Two functions may each have a type of that name.
		counts[key] = max(counts[key], countMethods(name.Type(), functions))
	}
	return counts
}

// countMethods counts the methods of an interface, or of a pointer to anything
// else: those that are exported too, unless they are functions of the module.
func countMethods(t types.Type, functions bool) int {
	if !types.IsInterface(t) {
		t = types.NewPointer(t)
	}
	count := 0
	for method := range types.NewMethodSet(t).Methods() {
		if !functions || !method.Obj().Exported() {
			count++
		}
	}
	return count
}

func TestMethods(t *testing.T) {
	for _, p := range checkedPackages(t) {
		// A fake has a method for each call of the API that it stands for.
		if p.path() != "internal/awsfake" {
			report(t, methodProblems(p, mostMethods))
		}
	}
}

func TestMethodProblems(t *testing.T) {
	const advice = ": give its jobs to types of their own"
	tests := map[string]struct {
		path, source string
		want         []string
	}{
		"few enough":             {source: "type T int; func (T) A() {}; func (*T) b() {}"},
		"one too many":           {source: "type T int; func (T) A() {}; func (*T) b() {}; func (T) c() {}", want: []string{"x.T has 3 methods, more than 2" + advice}},
		"an interface":           {source: "type T interface { A(); B(); c() }", want: []string{"x.T has 3 methods, more than 2" + advice}},
		"with type parameters":   {source: "type T[E any] struct{}; func (T[E]) A() {}; func (T[E]) B() {}; func (T[E]) C() {}", want: []string{"x.T has 3 methods, more than 2" + advice}},
		"an embedded struct":     {source: "type t int; func (*t) A() {}; func (t) b() {}; type U struct { *t }; func (U) C() {}", want: []string{"x.U has 3 methods, more than 2" + advice}},
		"an embedded interface":  {source: "type t interface { A(); b() }; type U struct { t }; func (U) C() {}", want: []string{"x.U has 3 methods, more than 2" + advice}},
		"of another package":     {source: "type T struct { y.Y }; func (T) A() {}", want: []string{"x.T has 3 methods, more than 2" + advice}},
		"of an interface there":  {source: "type T interface { y.I; A() }", want: []string{"x.T has 3 methods, more than 2" + advice}},
		"hidden by its own":      {source: "type t int; func (t) A() {}; func (t) B() {}; type U struct { t }; func (U) A() {}; func (U) B() {}"},
		"only in a field":        {source: "type t int; func (t) A() {}; func (t) B() {}; type U struct { t t }; func (U) A() {}"},
		"another name for it":    {source: "type T = y.Y"},
		"the module's functions": {path: "ci", source: "type Slipway int; func (Slipway) A() {}; func (Slipway) B() {}; func (Slipway) C() {}"},
		"the module's others":    {path: "ci", source: "type Slipway int; func (Slipway) A() {}; func (Slipway) b() {}; func (Slipway) c() {}; func (Slipway) d() {}", want: []string{"ci.Slipway has 3 methods, more than 2" + advice}},
		"another of the module":  {path: "ci", source: "type T int; func (T) A() {}; func (T) B() {}; func (T) C() {}", want: []string{"ci.T has 3 methods, more than 2" + advice}},
	}
	y := source{path: "y", files: map[string]string{"y.go": "package y; type Y int; func (Y) A() {}; func (Y) C() {}; func (*Y) D() {}; type I interface { C(); D() }"}}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			path := "x"
			if test.path != "" {
				path = test.path
			}
			head := "package x; import y \"" + module + "/y\"; var _ y.Y; "
			packages := checkSources(t, y, source{path: path, files: map[string]string{"x.go": head + test.source}})
			if diff := cmp.Diff(test.want, methodProblems(packages[1], 2)); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}
