package cli

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// notInModule are the commands that the Dagger module has no function for, and
// why.
var notInModule = map[string]string{
	"version":      "dagger.json pins the module's version",
	"environments": "the module itself asks",
	"lock":         byHand,
	"unlock":       byHand,
	"logs":         byHand,
	"exec":         byHand,
	"setup":        byHand,
	"status":       allEnvironments,
	"releases":     allEnvironments,
	"diff":         allEnvironments,
	"stats":        allEnvironments,
}

const allEnvironments = "they look at all environments, whose secrets and keys a call would have to name: the command line only"

const byHand = "for somebody at a terminal: the command line only"

// TestModuleHasTheVerbs compares the commands with the functions of the module,
// which is a Go module of its own: its source is read. What "slipway init" is, is
// "dagger generate" there.
func TestModuleHasTheVerbs(t *testing.T) {
	var commands []string
	missing := maps.Clone(notInModule)
	for _, c := range newRoot(Environment{}).Commands() {
		if _, ok := missing[c.Name()]; !ok {
			commands = append(commands, strings.Replace(c.Name(), "init", "generate", 1))
		}
		if c.Name() == "plan" { // "plan --offline --all", which is one of Dagger's checks
			commands = append(commands, "offlineplan")
		}
		delete(missing, c.Name())
	}
	slices.Sort(commands)
	for name := range missing {
		t.Errorf("notInModule has %q, which is no command", name)
	}
	if diff := cmp.Diff(commands, functions(t, "../../../../ci")); diff != "" {
		t.Errorf("commands and the module's functions differ (-commands +functions):\n%s", diff)
	}
}

// functions are the module's functions but for those that only pass settings on.
func functions(t *testing.T, dir string) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("finding the module's source in %s: %v, %d files", dir, err, len(paths))
	}
	var names []string
	for _, path := range paths {
		if strings.HasSuffix(path, ".gen.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if ok && f.Name.IsExported() && ofModule(f) && !strings.HasPrefix(f.Name.Name, "With") {
				names = append(names, strings.ToLower(f.Name.Name))
			}
		}
	}
	slices.Sort(names)
	return names
}

// ofModule says whether f is a method of *Slipway.
func ofModule(f *ast.FuncDecl) bool {
	if f.Recv == nil {
		return false
	}
	pointer, ok := f.Recv.List[0].Type.(*ast.StarExpr)
	if !ok {
		return false
	}
	name, ok := pointer.X.(*ast.Ident)
	return ok && name.Name == "Slipway"
}
