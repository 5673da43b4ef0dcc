package architecture

import (
	"fmt"
	"go/ast"
	"go/token"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// limitProblems are where a file says how much runs at once by a bare number, or
// counts it in a channel of its own. Who looks for these numbers finds them all
// by their name, and at each the reason for it.
func limitProblems(files *token.FileSet, file *ast.File) []string {
	var problems []string
	problem := func(at token.Pos, format string, args ...any) {
		problems = append(problems, files.Position(at).String()+": "+fmt.Sprintf(format, args...))
	}
	names := importedNames(file)
	ast.Inspect(file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		switch f := call.Fun.(type) {
		case *ast.SelectorExpr:
			x, _ := f.X.(*ast.Ident)
			switch {
			case f.Sel.Name == "SetLimit" && imports(names, "golang.org/x/sync/errgroup"):
			case f.Sel.Name == "NewWeighted" && x != nil && names[x.Name] == "golang.org/x/sync/semaphore":
			default:
				return true
			}
			if len(call.Args) == 1 && !isNamedLimit(call.Args[0]) {
				problem(call.Pos(), "%s: give it something that is named …AtOnce", f.Sel.Name)
			}
		case *ast.Ident:
			if f.Name == "make" && len(call.Args) == 2 && isEmptyChannel(call.Args[0]) && !isOne(call.Args[1]) {
				problem(call.Pos(), "a channel that counts: use golang.org/x/sync/semaphore")
			}
		}
		return true
	})
	return problems
}

// isNamedLimit says whether an argument is named …AtOnce: a constant, variable,
// field or function, as it is, converted, or with something added or taken away.
func isNamedLimit(argument ast.Expr) bool {
	switch e := argument.(type) {
	case *ast.Ident:
		return strings.HasSuffix(e.Name, "AtOnce")
	case *ast.SelectorExpr:
		return isNamedLimit(e.Sel)
	case *ast.ParenExpr:
		return isNamedLimit(e.X)
	case *ast.BinaryExpr:
		return isNamedLimit(e.X)
	case *ast.CallExpr:
		return isNamedLimit(e.Fun) || len(e.Args) == 1 && isNamedLimit(e.Args[0])
	}
	return false
}

// isOne is the size of a channel that is a signal: no number that somebody chose.
func isOne(e ast.Expr) bool {
	literal, ok := e.(*ast.BasicLit)
	return ok && literal.Value == "1"
}

func isEmptyChannel(e ast.Expr) bool {
	channel, ok := e.(*ast.ChanType)
	if !ok {
		return false
	}
	element, ok := channel.Value.(*ast.StructType)
	return ok && len(element.Fields.List) == 0
}

func imports(names map[string]string, path string) bool {
	for _, imported := range names {
		if imported == path {
			return true
		}
	}
	return false
}

func TestLimits(t *testing.T) {
	report(t, fileProblems(t, slices.Concat(list(t, "./..."), listIn(t, "../../ci", "./...")), limitProblems))
}

func TestLimitProblems(t *testing.T) {
	const advice = ": give it something that is named …AtOnce"
	group := func(limit string) string {
		return `import "golang.org/x/sync/errgroup"; func f(g errgroup.Group, o options, hostsAtOnce int) { g.SetLimit(` + limit + `) }`
	}
	weighted := func(size string) string {
		return `import "golang.org/x/sync/semaphore"; var s = semaphore.NewWeighted(` + size + `)`
	}
	tests := map[string]struct {
		source string
		want   []string
	}{
		"a constant":                {source: group("pullsAtOnce")},
		"of another package":        {source: group("registry.CallsAtOnce")},
		"a parameter":               {source: group("hostsAtOnce")},
		"a field":                   {source: group("o.HostsAtOnce")},
		"a number":                  {source: group("4"), want: []string{"x.go:1:104: SetLimit" + advice}},
		"another name":              {source: group("parallel"), want: []string{"x.go:1:104: SetLimit" + advice}},
		"a limit of something else": {source: `func f(l limiter) { l.SetLimit(4) }`},
		"a semaphore":               {source: weighted("pullsAtOnce")},
		"converted":                 {source: weighted("int64(readsAtOnce())")},
		"but one":                   {source: weighted("sessionsAtOnce - 1")},
		"a semaphore's number":      {source: weighted("4"), want: []string{"x.go:1:58: NewWeighted" + advice}},
		"a number converted":        {source: weighted("int64(4)"), want: []string{"x.go:1:58: NewWeighted" + advice}},
		"made by hand":              {source: `var free = make(chan struct{}, pullsAtOnce)`, want: []string{"x.go:1:23: a channel that counts: use golang.org/x/sync/semaphore"}},
		"a signal":                  {source: `var changed = make(chan struct{}, 1)`},
		"a channel of values":       {source: `var lines = make(chan string, 10)`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, sourceProblems(t, "x.go", "package x; "+test.source, limitProblems)); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}
