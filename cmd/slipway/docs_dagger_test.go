package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/lint"
	"git.example/slipway/pipelines/scaffold"
)

var (
	quoted = regexp.MustCompile("`([^`]+)`")
	word   = regexp.MustCompile(`"[^"]*"|'[^']*'|\S+`)
	// maybe is what a shell puts in when a variable is set; value any other one.
	maybe = regexp.MustCompile(`\$\{\w+:\+([^}]*)\}`)
	value = regexp.MustCompile(`\$\{[^}]*\}|<[A-Z]+>`)
)

// TestDaggerCalls: every call of the Dagger module that a page or a CI file shows
// has functions and flags that the module has. "make e2e" calls them.
func TestDaggerCalls(t *testing.T) {
	types := module(t)
	found := 0
	texts := map[string]string{}
	for _, p := range everyPage(t) {
		texts[p.path] = p.text
	}
	for _, pattern := range []string{"../../.github/workflows/*.yml", "../../examples/*/.github/workflows/*.yml", "../../examples/*/.circleci/config.yml"} {
		paths, _ := filepath.Glob(pattern)
		for _, path := range paths {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			texts[path] = string(text)
		}
	}
	for path, text := range written(t) {
		texts[path] = text
	}
	for path, text := range texts {
		for _, call := range calls(text, types["Slipway"]) {
			found++
			if err := possible(types, word.FindAllString(call, -1)); err != nil {
				t.Errorf("%s: dagger call %s: %v", path, call, err)
			}
		}
	}
	if found < 25 {
		t.Errorf("only %d calls were found", found)
	}
}

// written are the CI files that init writes for a repository with the blueprint,
// for a configuration that has everything that decides on them.
func written(t *testing.T) map[string]string {
	t.Helper()
	const path = "../../tests/workflows/testdata/slipway.yaml"
	c, err := config.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	root := fstest.MapFS{"dagger.json": {Data: []byte(`{"blueprint": {"source": "git.example/slipway@main"}}`)}}
	files := map[string]string{}
	for _, system := range scaffold.Systems() {
		text, err := scaffold.CI(system, root, c, scaffold.Module{Version: "main"})
		if err != nil {
			t.Fatal(err)
		}
		files[path+" "+string(system)] = string(text)
	}
	return files
}

// TestDaggerChains: what the list of functions says can be chained after each is
// there.
func TestDaggerChains(t *testing.T) {
	types := module(t)
	text := readPages(t, "../../docs/dagger.md")[0].text
	_, text, _ = strings.Cut(text, "\n## Functions\n")
	text, _, _ = strings.Cut(text, "\n## ")
	listed := map[string]bool{}
	for line := range strings.Lines(text) {
		cells := strings.Split(line, "|")
		if len(cells) != 4 {
			continue
		}
		for _, f := range quoted.FindAllStringSubmatch(cells[1], -1) {
			listed[f[1]] = true
			for _, chain := range quoted.FindAllStringSubmatch(cells[2], -1) {
				if strings.Contains(chain[1], "--") {
					continue
				}
				if err := possible(types, strings.Fields(f[1]+" "+chain[1])); err != nil {
					t.Errorf("docs/dagger.md: %s %s: %v", f[1], chain[1], err)
				}
			}
		}
	}
	for name := range types["Slipway"] {
		if name != opens && !strings.HasPrefix(name, "with-") && !listed[name] {
			t.Errorf("docs/dagger.md does not list the function %s", name)
		}
	}
}

// calls are what follows "dagger call" in a text, also over several lines.
func calls(text string, functions map[string]function) []string {
	var all []string
	for _, rest := range strings.Split(text, "dagger call")[1:] {
		var call strings.Builder
		for i, line := range strings.Split(rest, "\n") {
			words := strings.Fields(line)
			if i > 0 {
				if len(words) == 0 {
					break
				}
				if _, known := functions[words[0]]; !known && !strings.HasPrefix(words[0], "--") {
					break
				}
			}
			line, _, ends := strings.Cut(line, "`")
			call.WriteString(line + " ")
			if ends {
				break
			}
		}
		all = append(all, value.ReplaceAllString(maybe.ReplaceAllString(call.String(), "$1"), "X"))
	}
	return all
}

// possible says what the module does not have of a call.
func possible(types map[string]map[string]function, words []string) error {
	at := types["Slipway"][opens]
	for i := 0; i < len(words); i++ {
		switch w := words[i]; {
		case at.returns == other, w == "|", w == "&&", w == "#", w == ">", w == "…":
			return nil
		case i == 0 && w == "slipway": // the module as a toolchain
		case strings.HasPrefix(w, "--"):
			name, _, joined := strings.Cut(strings.TrimPrefix(w, "--"), "=")
			alone, known := at.flags[name]
			if !known {
				return fmt.Errorf("there is no flag --%s", name)
			}
			if !alone && !joined {
				i++
			}
		default:
			next, known := types[at.returns][w]
			if !known {
				return fmt.Errorf("there is no function %q", w)
			}
			at = next
		}
	}
	return nil
}

func TestPossible(t *testing.T) {
	types := module(t)
	tests := map[string]string{
		`--build-number "7" publish --env prod tag`:       "",
		"plan --save saved export --path plan.json":       "",
		"slipway check --allow-failure exports entries":   "",
		"publish images digest":                           "",
		"with-secret --name A --value env://A deploy tag": "",
		"--build-nr 7 publish":                            "there is no flag --build-nr",
		"deploy --env prod tags":                          `there is no function "tags"`,
		"publish --tag 1":                                 "there is no flag --tag",
		"deploy tag json":                                 `there is no function "json"`,
	}
	for call, want := range tests {
		t.Run(call, func(t *testing.T) {
			got := ""
			if err := possible(types, word.FindAllString(call, -1)); err != nil {
				got = err.Error()
			}
			if got != want {
				t.Errorf("%q, want %q", got, want)
			}
		})
	}
}

// TestDaggerDefaults: the names in .env that pages and lint know for arguments of
// the module are those of arguments that it has, and the module refuses no others.
func TestDaggerDefaults(t *testing.T) {
	functions := module(t)["Slipway"]
	page, err := os.ReadFile("../../docs/dagger.md")
	if err != nil {
		t.Fatal(err)
	}
	refused, err := os.ReadFile("../../ci/dotenv.go")
	if err != nil {
		t.Fatal(err)
	}
	for name, argument := range lint.DaggerDefaults() {
		if row := fmt.Sprintf("| `%s` | `%s` |", name, argument); !strings.Contains(string(page), row) {
			t.Errorf("docs/dagger.md has no row %s", row)
		}
		function, flag, ok := strings.Cut(argument, " ")
		if !ok {
			function, flag = "", argument
		}
		if function == "" {
			if flag != "--source" && !strings.Contains(string(refused), `flag: "`+flag[2:]+`"`) {
				t.Errorf("the module does not refuse %s", argument)
			}
			continue
		}
		if _, ok := functions[function].flags[flag[2:]]; !ok {
			t.Errorf("%s: the module has no %s", name, argument)
		}
	}
	for name, f := range functions {
		for flag := range f.flags {
			if argument := name + " --" + flag; (flag == "tag" || flag == "plan" || flag == "to") && lint.DaggerDefaults()[strings.ToUpper(name+"_"+flag)] != argument {
				t.Errorf("lint knows nothing of %s", argument)
			}
		}
	}
}
