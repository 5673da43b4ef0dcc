package architecture

import (
	"fmt"
	"go/types"
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// knowsKinds are the packages that may ask which kind a target of the config is
// of, and why. Everybody else takes a kind from pipelines/targets and asks it.
var knowsKinds = map[string]string{
	"pipelines/config":  "reads and validates what is written under each kind",
	"pipelines/targets": "is where a kind has all that it does",
	"pipelines/lint":    "has rules for compose files, which one kind names",
	"ci":                "brings the code of Terraform targets into the container that runs it",
}

// kindProblems are where a package that may not know them uses the kinds of a
// target: the fields of config.Target that point to something.
func kindProblems(p checked, allowed map[string]string) []string {
	if allowed[p.path()] != "" {
		return nil
	}
	found := map[string]bool{}
	for ident, object := range p.info.Uses {
		if field, ok := object.(*types.Var); ok && isKind(field) {
			found[fmt.Sprintf("%s: uses %s of config.Target: ask the kind, in pipelines/targets", p.at(ident.Pos()), field.Name())] = true
		}
	}
	return slices.Sorted(maps.Keys(found))
}

// isKind says whether a field is one of config.Target's kinds.
func isKind(field *types.Var) bool {
	if !field.IsField() || field.Pkg().Path() != module+"/pipelines/config" {
		return false
	}
	target := field.Pkg().Scope().Lookup("Target")
	if target == nil {
		return false
	}
	fields, ok := target.Type().Underlying().(*types.Struct)
	if !ok {
		return false
	}
	for kind := range fields.Fields() {
		if _, pointer := kind.Type().(*types.Pointer); pointer && kind == field {
			return true
		}
	}
	return false
}

func TestKinds(t *testing.T) {
	for _, p := range checkedPackages(t) {
		report(t, kindProblems(p, knowsKinds))
	}
}

func TestKindProblems(t *testing.T) {
	const advice = " of config.Target: ask the kind, in pipelines/targets"
	tests := map[string]struct {
		path, source string
		want         []string
	}{
		"hands it on":            {source: "func f(t config.Target) config.Target { return t }"},
		"another field":          {source: "func f(t config.Target) string { return t.Note }"},
		"of another type":        {source: "func f(t config.Check) bool { return t.Compose != nil }"},
		"of a kind":              {source: "func f(t config.ComposeTarget) []string { return t.File }"},
		"asks for one":           {source: "func f(t config.Target) bool { return t.Compose != nil }", want: []string{"pipelines/x/x.go:3: uses Compose" + advice}},
		"switches":               {source: "func f(t config.Target) { switch { case t.Compose != nil:\ncase t.ECS != nil: } }", want: []string{"pipelines/x/x.go:3: uses Compose" + advice, "pipelines/x/x.go:4: uses ECS" + advice}},
		"makes one":              {source: "var t = config.Target{ECS: nil}", want: []string{"pipelines/x/x.go:3: uses ECS" + advice}},
		"through what embeds it": {source: "type t struct { config.Target }; var _ = t{}.ECS", want: []string{"pipelines/x/x.go:3: uses ECS" + advice}},
		"where the kinds are":    {path: "pipelines/targets", source: "func f(t config.Target) bool { return t.Compose != nil }"},
	}
	settings := source{path: "pipelines/config", files: map[string]string{"c.go": "package config\ntype Target struct { Compose *ComposeTarget; ECS *struct{}; Note string }\ntype Check struct { Compose *int }\ntype ComposeTarget struct { File []string }"}}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			path := "pipelines/x"
			if test.path != "" {
				path = test.path
			}
			text := "package x\nimport \"" + module + "/pipelines/config\"\n" + test.source
			packages := checkSources(t, settings, source{path: path, files: map[string]string{"x.go": text}})
			if diff := cmp.Diff(test.want, kindProblems(packages[1], map[string]string{"pipelines/targets": "has them"})); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}
