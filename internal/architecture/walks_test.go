package architecture

import (
	"fmt"
	"go/types"
	"os"
	"path"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// pageName is the page about the architecture, from the module's root.
const pageName = "docs/architecture.md"

// page is the page about the architecture.
func page(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../" + pageName)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// stop is one stop of a walk through the code: a line like
//
//  3. `pipelines/deploy.go` `Project.Deploy`: what it decides.
type stop struct {
	line           int
	file, function string
}

var (
	numbered = regexp.MustCompile(`^(\d+)\. `)
	stopLine = regexp.MustCompile("^\\d+\\. `([^`]+\\.go)` `([^`]+)`")
)

// walks are the numbered lists of a page, each a walk, and the items of them
// that are no stops.
func walks(page string) (found [][]stop, problems []string) {
	for i, line := range strings.Split(page, "\n") {
		item := numbered.FindStringSubmatch(line)
		if item == nil {
			continue
		}
		if item[1] == "1" || len(found) == 0 {
			found = append(found, nil)
		}
		named := stopLine.FindStringSubmatch(line)
		if named == nil {
			problems = append(problems, fmt.Sprintf("%s:%d: a stop begins with a file and a function, both in backquotes", pageName, i+1))
			continue
		}
		walk := &found[len(found)-1]
		*walk = append(*walk, stop{line: i + 1, file: named[1], function: named[2]})
	}
	return found, problems
}

// farthest is how many calls may be between two stops of a walk.
const farthest = 3

// walkProblems are stops of a page's walks that are not in the code, or that
// can't be reached from the stop before.
func walkProblems(page string, packages []checked) []string {
	found, problems := walks(page)
	calls := newGraph(packages)
	for _, walk := range found {
		before := ""
		for i, s := range walk {
			problem := func(format string, args ...any) {
				problems = append(problems, fmt.Sprintf("%s:%d: ", pageName, s.line)+fmt.Sprintf(format, args...))
			}
			at, err := declared(s, packages)
			switch {
			case err != nil:
				problem("%v", err)
			case before != "" && !calls.reaches(before, at, farthest):
				problem("%s does not come to %s within %d calls", walk[i-1].function, s.function, farthest)
			}
			before = at
		}
	}
	return problems
}

// declared is the function of a stop in the graph of calls.
func declared(s stop, packages []checked) (string, error) {
	for _, p := range packages {
		for _, file := range p.files {
			if path.Join(p.path(), p.fileOf(file.Pos())) != s.file {
				continue
			}
			for ident, object := range p.info.Defs {
				f, ok := object.(*types.Func)
				if ok && file.FileStart <= ident.Pos() && ident.Pos() < file.FileEnd && shortName(f) == s.function {
					return node(f), nil
				}
			}
			return "", fmt.Errorf("%s declares no %s", s.file, s.function)
		}
	}
	return "", fmt.Errorf("there is no %s", s.file)
}

// shortName is a function as a walk names it: Type.Method or Function.
func shortName(f *types.Func) string {
	receiver := f.Signature().Recv()
	if receiver == nil {
		return f.Name()
	}
	t := receiver.Type()
	if pointer, ok := t.(*types.Pointer); ok {
		t = pointer.Elem()
	}
	if named, ok := t.(*types.Named); ok {
		return named.Obj().Name() + "." + f.Name()
	}
	return f.Name()
}

func TestWalks(t *testing.T) {
	text := page(t)
	found, _ := walks(text)
	if len(found) < 2 {
		t.Errorf("%s has %d walks and should have two: numbered lists of files and functions", pageName, len(found))
	}
	report(t, walkProblems(text, checkedPackages(t)))
}

func TestWalkProblems(t *testing.T) {
	const at = pageName + ":"
	tests := map[string]struct {
		page string
		want []string
	}{
		"a walk":               {page: "# A walk\n\n1. `cmd/main.go` `main`: begins.\n2. `pipelines/deploy.go` `Project.Deploy`: goes\n   on.\n3. `pipelines/stack.go` `stack.apply`: acts.\n"},
		"two":                  {page: "1. `pipelines/deploy.go` `Project.Deploy`: x\n2. `pipelines/stack.go` `stack.apply`\n\nThe other:\n\n1. `cmd/main.go` `main`: x\n"},
		"over an interface":    {page: "1. `pipelines/deploy.go` `Project.Deploy`: x\n2. `pipelines/deploy.go` `target.apply`: x\n3. `pipelines/stack.go` `stack.apply`: x\n"},
		"no stop":              {page: "1. Install it.\n", want: []string{at + "1: a stop begins with a file and a function, both in backquotes"}},
		"no such file":         {page: "1. `pipelines/gone.go` `main`: x\n", want: []string{at + "1: there is no pipelines/gone.go"}},
		"no such function":     {page: "1. `cmd/main.go` `Deploy`: x\n", want: []string{at + "1: cmd/main.go declares no Deploy"}},
		"in another file":      {page: "1. `pipelines/stack.go` `Project.Deploy`: x\n", want: []string{at + "1: pipelines/stack.go declares no Project.Deploy"}},
		"of another type":      {page: "1. `pipelines/deploy.go` `stack.Deploy`: x\n", want: []string{at + "1: pipelines/deploy.go declares no stack.Deploy"}},
		"a method without one": {page: "1. `pipelines/deploy.go` `Deploy`: x\n", want: []string{at + "1: pipelines/deploy.go declares no Deploy"}},
		"backwards":            {page: "1. `pipelines/stack.go` `stack.apply`: x\n2. `cmd/main.go` `main`: x\n", want: []string{at + "2: stack.apply does not come to main within 3 calls"}},
		"too far":              {page: "1. `cmd/main.go` `main`: x\n2. `pipelines/stack.go` `stack.last`: x\n", want: []string{at + "2: main does not come to stack.last within 3 calls"}},
	}
	packages := checkSources(t,
		source{path: "pipelines", files: map[string]string{
			"deploy.go": "package pipelines; type Project struct{}; type target interface { apply() }; func (*Project) Deploy() { var t target = stack{}; t.apply() }",
			"stack.go":  "package pipelines; type stack struct{}; func (s stack) apply() { s.next() }; func (s stack) next() { s.last() }; func (stack) last() {}",
		}},
		source{path: "cmd", files: map[string]string{"main.go": "package main; import \"" + module + "/pipelines\"; func main() { new(pipelines.Project).Deploy() }"}},
	)
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, walkProblems(test.page, packages)); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}
