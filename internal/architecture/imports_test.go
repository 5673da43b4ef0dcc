package architecture

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// layers from the bottom up. A package imports from lower layers only, so
// those of one layer don't import each other. "x/*" are the packages in x.
var layers = [][]string{
	{"internal/registrytest", "pipelines/command", "internal/runnertest", "pipelines/boundary", "pipelines/foreign", "pipelines/keyed", "pipelines/lazy", "pipelines/report", "pipelines/scratch", "pipelines/sshconfig", "schema"},
	{"pipelines/git", "pipelines/shell"},
	{"pipelines/content"},
	{"pipelines/release"},
	{"pipelines/config"},
	{"pipelines/secrets", "pipelines/signature"},
	{"pipelines/registry/*", "pipelines/aws", "pipelines/ssh", "pipelines/composefile", "pipelines/dockerfile"},
	{"pipelines/registry", "pipelines/survey"},
	{"pipelines/production"},
	{"pipelines/engine", "pipelines/deploy"},
	{"pipelines/deploy/journal", "pipelines/deploy/rehearsal"},
	{"pipelines/deploy/rollout"},
	{"pipelines/deploy/compose/stack"},
	{"pipelines/deploy/compose/state", "pipelines/deploy/compose/hostfiles", "pipelines/deploy/compose/kept", "pipelines/deploy/compose/envfile", "pipelines/deploy/compose/container", "pipelines/deploy/compose/job"},
	{"pipelines/deploy/compose/model", "pipelines/deploy/compose/proxy"},
	{"pipelines/deploy/compose/observe"},
	{"pipelines/deploy/compose/plan", "pipelines/deploy/compose/prove"},
	{"pipelines/deploy/compose/apply"},
	{"pipelines/engine/*", "pipelines/deploy/*", "pipelines/lint", "pipelines/notify", "pipelines/scaffold"},
	{"pipelines/workspace", "pipelines/propose"},
	{"pipelines/trust"},
	{"pipelines/published", "pipelines/images"},
	{"pipelines/checks", "pipelines/targets", "pipelines/evidence"},
	{"pipelines"},
	{"cmd/*", "ci", "internal/*"},
}

// deploying are what remembers and what acts. Targets know neither: only what
// they fulfil, pipelines/deploy.
var deploying = []string{"pipelines/deploy/journal", "pipelines/deploy/rollout"}

// target says that a package is a kind of target.
func target(path string) bool {
	return path != "pipelines/deploy" && under(path, "pipelines/deploy") && !slices.Contains(deploying, path)
}

// restricted are libraries that only some of our packages may import.
var restricted = []struct {
	library string
	only    []string
}{
	{"github.com/spf13", []string{"cmd"}},
	{"dagger.io/dagger", []string{"pipelines/engine/daggerengine", "ci"}},
	{"github.com/aws", []string{"pipelines/aws", "pipelines/deploy/ecs"}},
	{"golang.org/x/crypto/ssh", []string{"pipelines/ssh"}},
}

// ofOneTarget are the directories whose packages are the parts of a target: only
// the target and its parts import them.
var ofOneTarget = []string{"pipelines/deploy/compose"}

// layer is the height of a package, or -1.
func layer(path string) int {
	return slices.IndexFunc(layers, func(names []string) bool {
		return slices.ContainsFunc(names, func(name string) bool {
			if dir, ok := cutStar(name); ok {
				return path != dir && under(path, dir)
			}
			return path == name
		})
	})
}

func cutStar(name string) (string, bool) {
	if n := len(name) - len("/*"); n > 0 && name[n:] == "/*" {
		return name[:n], true
	}
	return name, false
}

// inOne says whether both paths are in one directory.
func inOne(dir, a, b string) bool { return under(a, dir) && under(b, dir) }

// importProblems are the imports of one package that the design forbids.
func importProblems(p listed) []string {
	var problems []string
	height := layer(p.path())
	if height < 0 && len(p.GoFiles) > 0 {
		return []string{fmt.Sprintf("%s has no place in the layers: give it one in internal/architecture/imports_test.go", p.path())}
	}
	for _, imported := range p.Imports {
		for _, r := range restricted {
			if under(imported, r.library) && !slices.ContainsFunc(r.only, func(dir string) bool { return under(p.path(), dir) }) {
				problems = append(problems, fmt.Sprintf("%s imports %s, which only %v may", p.path(), imported, r.only))
			}
		}
		for _, whole := range ofOneTarget {
			if part := within(imported); ours(imported) && part != whole && under(part, whole) && !under(p.path(), whole) {
				problems = append(problems, fmt.Sprintf("%s imports %s, which is a part of %s", p.path(), part, whole))
			}
		}
		if !ours(imported) || inOne("cmd", p.path(), within(imported)) || inOne("internal", p.path(), within(imported)) {
			continue
		}
		if target(p.path()) && slices.Contains(deploying, within(imported)) {
			problems = append(problems, fmt.Sprintf("%s imports %s: a target neither remembers nor deploys", p.path(), within(imported)))
		}
		if layer(within(imported)) >= height {
			problems = append(problems, fmt.Sprintf("%s imports %s, which is not below it", p.path(), within(imported)))
		}
	}
	return problems
}

func TestImports(t *testing.T) {
	for _, p := range list(t, "./...") {
		report(t, importProblems(p))
	}
}

func TestImportProblems(t *testing.T) {
	tests := map[string]struct {
		from    string
		imports []string
		want    []string
	}{
		"downwards":                 {from: "pipelines/engine/dockerengine", imports: []string{"fmt", module + "/pipelines/engine", module + "/pipelines/secrets"}},
		"inside cmd":                {from: "cmd/slipway", imports: []string{module + "/cmd/slipway/internal/cli"}},
		"registry's parts":          {from: "pipelines/registry", imports: []string{module + "/pipelines/registry/embedded"}},
		"upwards":                   {from: "pipelines/release", imports: []string{module + "/pipelines/config"}, want: []string{"pipelines/release imports pipelines/config, which is not below it"}},
		"config and secrets":        {from: "pipelines/config", imports: []string{module + "/pipelines/secrets"}, want: []string{"pipelines/config imports pipelines/secrets, which is not below it"}},
		"one target from another":   {from: "pipelines/deploy/ecs", imports: []string{module + "/pipelines/deploy/compose"}, want: []string{"pipelines/deploy/ecs imports pipelines/deploy/compose, which is not below it"}},
		"what remembers and acts":   {from: "pipelines/deploy/journal", imports: []string{module + "/pipelines/deploy", module + "/pipelines/deploy/rollout"}, want: []string{"pipelines/deploy/journal imports pipelines/deploy/rollout, which is not below it"}},
		"a target and a journal":    {from: "pipelines/deploy/ecs", imports: []string{module + "/pipelines/deploy/journal"}, want: []string{"pipelines/deploy/ecs imports pipelines/deploy/journal: a target neither remembers nor deploys"}},
		"a part of another target":  {from: "pipelines/deploy/ecs", imports: []string{module + "/pipelines/deploy/compose/job"}, want: []string{"pipelines/deploy/ecs imports pipelines/deploy/compose/job, which is a part of pipelines/deploy/compose"}},
		"a target's own parts":      {from: "pipelines/deploy/compose", imports: []string{module + "/pipelines/deploy/compose/apply"}},
		"a plan that acts":          {from: "pipelines/deploy/compose/plan", imports: []string{module + "/pipelines/deploy/compose/apply"}, want: []string{"pipelines/deploy/compose/plan imports pipelines/deploy/compose/apply, which is not below it"}},
		"engine and deploy":         {from: "pipelines/engine", imports: []string{module + "/pipelines/deploy"}, want: []string{"pipelines/engine imports pipelines/deploy, which is not below it"}},
		"the library and its users": {from: "pipelines", imports: []string{module + "/cmd/slipway/internal/cli"}, want: []string{"pipelines imports cmd/slipway/internal/cli, which is not below it"}},
		"lint and the verbs":        {from: "pipelines/lint", imports: []string{module + "/pipelines"}, want: []string{"pipelines/lint imports pipelines, which is not below it"}},
		"a new package":             {from: "pipelines/new", want: []string{"pipelines/new has no place in the layers: give it one in internal/architecture/imports_test.go"}},
		"flags in the library":      {from: "pipelines", imports: []string{"github.com/spf13/pflag"}, want: []string{"pipelines imports github.com/spf13/pflag, which only [cmd] may"}},
		"flags in the command":      {from: "cmd/slipway/internal/cli", imports: []string{"github.com/spf13/cobra"}},
		"dagger in the wrong place": {from: "pipelines/engine", imports: []string{"dagger.io/dagger"}, want: []string{"pipelines/engine imports dagger.io/dagger, which only [pipelines/engine/daggerengine ci] may"}},
		"a part of dagger":          {from: "pipelines", imports: []string{"dagger.io/dagger/telemetry"}, want: []string{"pipelines imports dagger.io/dagger/telemetry, which only [pipelines/engine/daggerengine ci] may"}},
		"dagger in its engine":      {from: "pipelines/engine/daggerengine", imports: []string{"dagger.io/dagger"}},
		"a longer name":             {from: "pipelines", imports: []string{"github.com/awsome/lib"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := importProblems(listed{ImportPath: module + "/" + test.from, GoFiles: []string{"x.go"}, Imports: test.imports})
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}
