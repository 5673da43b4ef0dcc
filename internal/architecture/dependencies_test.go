package architecture

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// dependencyProblems compares the modules that our code imports with the rows
// of a table whose first column has modules in backticks.
func dependencyProblems(imported []string, document string) []string {
	var problems []string
	listed := map[string]bool{}
	for _, row := range regexp.MustCompile("(?m)^\\| `([^`]*\\.[^`]*)` \\|").FindAllStringSubmatch(document, -1) {
		listed[row[1]] = true
	}
	for _, module := range imported {
		if !listed[module] {
			problems = append(problems, fmt.Sprintf("docs/dependencies.md does not list %s", module))
		}
		delete(listed, module)
	}
	for _, module := range slices.Sorted(maps.Keys(listed)) {
		problems = append(problems, fmt.Sprintf("docs/dependencies.md lists %s, which nothing imports", module))
	}
	return problems
}

// importedModules are the modules that our packages and their tests import
// themselves, on Linux.
func importedModules(t *testing.T) []string {
	t.Helper()
	imports := goList(t, `{{join .Imports "\n"}}{{"\n"}}{{join .TestImports "\n"}}{{"\n"}}{{join .XTestImports "\n"}}`, "./...")
	modules := map[string]string{}
	for _, line := range goList(t, `{{with .Module}}{{$.ImportPath}} {{.Path}}{{end}}`, "-deps", "-test", "./...") {
		// Packages compiled anew for a test are "path [of the test]".
		if fields := strings.Fields(line); len(fields) == 2 {
			modules[fields[0]] = fields[1]
		}
	}
	found := map[string]bool{}
	for _, importPath := range imports {
		if m := modules[importPath]; m != "" && m != module {
			found[m] = true
		}
	}
	return slices.Sorted(maps.Keys(found))
}

func goList(t *testing.T, format string, args ...string) []string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", append([]string{"list", "-f", format}, args...)...)
	cmd.Dir, cmd.Env = "../..", append(os.Environ(), "GOOS=linux")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("listing imports: %v", err)
	}
	return strings.Split(strings.TrimSpace(string(out)), "\n")
}

func TestDependencies(t *testing.T) {
	document, err := os.ReadFile("../../docs/dependencies.md")
	if err != nil {
		t.Fatal(err)
	}
	report(t, dependencyProblems(importedModules(t), string(document)))
}

func TestDependencyProblems(t *testing.T) {
	document := "| library | what for |\n| --- | --- |\n| `example.com/a` | x |\n| `example.com/b/v2` | x |\n\n| tool |\n| `tools/x` | y |\n"
	tests := map[string]struct {
		imported []string
		want     []string
	}{
		"the same":   {imported: []string{"example.com/a", "example.com/b/v2"}},
		"a new one":  {imported: []string{"example.com/a", "example.com/b/v2", "example.com/c"}, want: []string{"docs/dependencies.md does not list example.com/c"}},
		"a leftover": {imported: []string{"example.com/a"}, want: []string{"docs/dependencies.md lists example.com/b/v2, which nothing imports"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, dependencyProblems(test.imported, document)); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}
