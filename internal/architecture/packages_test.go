// Package architecture keeps the design's rules: which package may import
// which, what the library must not call, what must not be linked into the
// product, how much a type may do, how files of a package may need each other,
// and that the page about it all is true. It has tests only.
package architecture

import (
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "git.example/slipway"

// listed is one package as the go command lists it.
type listed struct {
	ImportPath string
	Name       string
	Dir        string
	// GoFiles are the non-test files of this platform.
	GoFiles []string
	Imports []string
	// Export is the file that has what the compiler knows of the package, where that was asked for.
	Export string
	// Module says whether the package is of the module that the go command ran in.
	Module struct{ Main bool }
}

// path is the package's path in the module: "." for the root.
func (p listed) path() string { return within(p.ImportPath) }

// ours says whether an import path is of this module.
func ours(importPath string) bool {
	return importPath == module || strings.HasPrefix(importPath, module+"/")
}

func within(importPath string) string {
	if importPath == module {
		return "."
	}
	return strings.TrimPrefix(importPath, module+"/")
}

// under says whether a path is that directory or in it.
func under(path, dir string) bool { return path == dir || strings.HasPrefix(path, dir+"/") }

// list runs go list in the module's root.
func list(t *testing.T, args ...string) []listed {
	t.Helper()
	return listIn(t, "../..", args...)
}

// listIn runs go list in a directory.
func listIn(t *testing.T, dir string, args ...string) []listed {
	t.Helper()
	fields := "-json=ImportPath,Name,Dir,GoFiles,Imports"
	if slices.Contains(args, "-export") {
		fields += ",Export,Module"
	}
	cmd := exec.CommandContext(t.Context(), "go", append([]string{"list", fields}, args...)...)
	cmd.Dir = dir
	out, err := cmd.Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			t.Fatalf("listing packages: %v\n%s", err, exit.Stderr)
		}
		t.Fatalf("listing packages: %v", err)
	}
	var packages []listed
	for decoder := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			return packages
		} else if err != nil {
			t.Fatalf("reading the list of packages: %v", err)
		}
		packages = append(packages, p)
	}
}

// report fails the test with every problem.
func report(t *testing.T, problems []string) {
	t.Helper()
	for _, p := range problems {
		t.Error(p)
	}
}

// fileProblems are what problems finds in the files of packages, which are not
// those of tests.
func fileProblems(t *testing.T, packages []listed, problems func(*token.FileSet, *ast.File) []string) []string {
	t.Helper()
	var all []string
	for _, p := range packages {
		for _, name := range p.GoFiles {
			all = append(all, sourceProblems(t, filepath.Join(p.Dir, name), nil, problems)...)
		}
	}
	return all
}

// sourceProblems are what problems finds in a file: in that text, or in what the
// file has where text is nil.
func sourceProblems(t *testing.T, name string, text any, problems func(*token.FileSet, *ast.File) []string) []string {
	t.Helper()
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, name, text, 0)
	if err != nil {
		t.Fatal(err)
	}
	return problems(files, file)
}
