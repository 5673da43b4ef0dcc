// Package faces makes the module's face for Dagger 1.0 from that for 0.21.
//
// There "--env" is Dagger's own: a function with an argument of that name can't be
// called, and an environment is a setting of the constructor. So the one in ci/v1
// is the one in ci with the environment moved there. "make update" writes it.
package faces

import (
	"bytes"
	"flag"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write generated files")

const (
	from = "../../ci"
	to   = "../../ci/v1"
)

// own are the files of a face that are not made: what Dagger generates, and what it
// does where no environment is named.
var own = []string{"dagger.gen.go", "face.go"}

// TestFaces compares the files of the face with those that they are made of.
func TestFaces(t *testing.T) {
	made := map[string][]byte{}
	for _, path := range files(t, from) {
		name := filepath.Base(path)
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case slices.Contains(own, name):
		case strings.HasSuffix(name, ".go"):
			if made[name], err = face(name, text); err != nil {
				t.Fatal(err)
			}
		case name == "go.mod":
			made[name] = []byte(strings.NewReplacer("module git.example/slipway/ci\n", "module git.example/slipway/ci/v1\n", "=> ../\n", "=> ../../\n").Replace(string(text)))
		case name == "go.sum":
			made[name] = text
		}
	}
	if *update {
		for _, path := range files(t, to) {
			if name := filepath.Base(path); !slices.Contains(own, name) && made[name] == nil {
				if err := os.Remove(path); err != nil {
					t.Fatal(err)
				}
			}
		}
		for name, text := range made {
			if err := os.WriteFile(filepath.Join(to, name), text, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, path := range files(t, to) {
		name := filepath.Base(path)
		if slices.Contains(own, name) {
			continue
		}
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(made[name]), string(text)); diff != "" {
			t.Errorf("%s is stale; run make update (-made +there):\n%s", path, diff)
		}
		delete(made, name)
	}
	for name := range made {
		t.Errorf("%s has no %s; run make update", to, name)
	}
}

// TestFunctions holds both faces to the same functions: arguments differ by the
// environment alone.
func TestFunctions(t *testing.T) {
	old, next := functions(t, from), functions(t, to)
	for name, arguments := range old {
		if name != "New" {
			old[name] = slices.DeleteFunc(arguments, func(a string) bool { return a == "env" })
		}
	}
	if !slices.Contains(next["New"], "environment") {
		t.Error("the constructor takes no environment")
	}
	next["New"] = slices.DeleteFunc(next["New"], func(a string) bool { return a == "environment" })
	if diff := cmp.Diff(old, next); diff != "" || len(old) < 20 {
		t.Errorf("%d functions; the faces differ (-ci +ci/v1):\n%s", len(old), diff)
	}
}

func files(t *testing.T, dir string) []string {
	t.Helper()
	var found []string
	for _, pattern := range []string{"*.go", "go.*"} {
		paths, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil {
			t.Fatal(err)
		}
		found = append(found, paths...)
	}
	return found
}

// functions are the names of the module's functions, with those of their arguments.
func functions(t *testing.T, dir string) map[string][]string {
	t.Helper()
	found := map[string][]string{}
	for _, path := range files(t, dir) {
		if name := filepath.Base(path); !strings.HasSuffix(name, ".go") || name == "dagger.gen.go" {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range public(file) {
			arguments := []string{}
			for _, field := range f.Type.Params.List {
				for _, name := range field.Names {
					arguments = append(arguments, name.Name)
				}
			}
			found[f.Name.Name] = arguments
		}
	}
	return found
}

// public are the constructor and the functions of the module's object.
func public(file *ast.File) []*ast.FuncDecl {
	var found []*ast.FuncDecl
	for _, d := range file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok || !f.Name.IsExported() {
			continue
		}
		if f.Recv == nil && f.Name.Name != "New" {
			continue
		}
		if f.Recv != nil {
			star, ok := f.Recv.List[0].Type.(*ast.StarExpr)
			if !ok || star.X.(*ast.Ident).Name != "Slipway" {
				continue
			}
		}
		found = append(found, f)
	}
	return found
}

// The environment as the constructor has it.
const (
	field    = "\t// +private\n\tEnvironment string\n"
	argument = `	// Environment that functions are for: "dagger call --env NAME" sets it where
	// dagger.toml has an overlay of that name.
	// +optional
	environment string,
`
)

// face is a file of ci as ci/v1 has it.
func face(name string, text []byte) ([]byte, error) {
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, name, text, parser.ParseComments)
	if err != nil {
		return nil, err
	}
	lines := strings.SplitAfter(string(text), "\n")
	at := func(p token.Pos) int { return set.Position(p).Line - 1 }
	for _, f := range public(file) {
		for _, parameter := range f.Type.Params.List {
			switch {
			case f.Recv != nil && parameter.Names[0].Name == "env":
				line := at(parameter.Pos())
				lines[line] = ""
				for line--; strings.HasPrefix(strings.TrimSpace(lines[line]), "//"); line-- {
					lines[line] = ""
				}
				lines[at(f.Body.Lbrace)] += "\tenv := s.Environment\n"
			case f.Recv == nil && parameter.Names[0].Name == "gitTag":
				lines[at(parameter.Pos())] += argument
			}
		}
	}
	made := strings.Join(lines, "")
	if name == "main.go" {
		for _, replaced := range [][2]string{{"\tGitTag string\n", "\tGitTag string\n" + field}, {"GitTag: gitTag,", "GitTag: gitTag, Environment: environment,"}} {
			if strings.Count(made, replaced[0]) != 1 {
				return nil, fmt.Errorf("%s has %q not once", name, replaced[0])
			}
			made = strings.Replace(made, replaced[0], replaced[1], 1)
		}
	}
	made = strings.ReplaceAll(made, `"git.example/slipway/ci/internal/dagger"`, `"git.example/slipway/ci/v1/internal/dagger"`)
	var b bytes.Buffer
	fmt.Fprintf(&b, "// Code generated from ../%s by make update; DO NOT EDIT.\n\n%s", name, made)
	return format.Source(b.Bytes())
}
