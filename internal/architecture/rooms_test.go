package architecture

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var (
	// opening are the names in backquotes that a line begins with: of a paragraph,
	// an item of a list, or a row of a table.
	opening = regexp.MustCompile("(?m)^(?:[-*|] )?(?:\\*\\*)?(`[^`\n]+`(?:(?:, | and |,? )`[^`\n]+`)*)")
	// quoted are names in backquotes.
	quoted = regexp.MustCompile("`([^`\n]+)`")
)

// roomProblems are packages of the library that no paragraph of the page begins
// with, and directories that the page names and that have no package in them.
// One that has tests only may be named.
func roomProblems(page string, packages []listed) []string {
	var problems []string
	told := map[string]bool{}
	for _, names := range opening.FindAllStringSubmatch(page, -1) {
		for _, name := range quoted.FindAllStringSubmatch(names[1], -1) {
			told[strings.TrimSuffix(name[1], "/")] = true
		}
	}
	for _, p := range packages {
		if dir := p.path(); under(dir, "pipelines") && len(p.GoFiles) > 0 && !told[dir] {
			problems = append(problems, fmt.Sprintf("%s: no paragraph begins with `%s` and says what is in it", pageName, dir))
		}
	}
	gone := map[string]bool{}
	for _, name := range quoted.FindAllStringSubmatch(page, -1) {
		dir := strings.TrimSuffix(name[1], "/")
		if under(dir, "pipelines") && !strings.HasSuffix(dir, ".go") && !slices.ContainsFunc(packages, func(p listed) bool { return p.path() == dir }) {
			gone[dir] = true
		}
	}
	for _, dir := range slices.Sorted(maps.Keys(gone)) {
		problems = append(problems, fmt.Sprintf("%s: there is no package in `%s`", pageName, dir))
	}
	return problems
}

func TestRooms(t *testing.T) {
	text := page(t)
	if !strings.Contains(text, "\n```mermaid\n") {
		t.Errorf("%s has no picture", pageName)
	}
	report(t, roomProblems(text, list(t, "./...")))
}

func TestRoomProblems(t *testing.T) {
	const at = pageName + ": "
	tests := map[string]struct {
		page string
		want []string
	}{
		"a paragraph each":       {page: "`pipelines` is verbs.\n\n`pipelines/images` builds.\n"},
		"a row each":             {page: "| room | holds |\n| --- | --- |\n| `pipelines` | verbs |\n| `pipelines/images` | images |\n"},
		"an item each":           {page: "- **`pipelines`** verbs\n- **`pipelines/images/`** images\n"},
		"one for both":           {page: "`pipelines` and `pipelines/images` are here.\n"},
		"none":                   {page: "The house.\n", want: []string{at + "no paragraph begins with `pipelines` and says what is in it", at + "no paragraph begins with `pipelines/images` and says what is in it"}},
		"by the way":             {page: "`pipelines` has verbs, and `pipelines/images`.\n", want: []string{at + "no paragraph begins with `pipelines/images` and says what is in it"}},
		"one that is gone":       {page: "`pipelines`, `pipelines/images` and `pipelines/util` are here.\n", want: []string{at + "there is no package in `pipelines/util`"}},
		"a file of one":          {page: "`pipelines` has `pipelines/open.go`.\n\n`pipelines/images` builds.\n"},
		"tests only":             {page: "`pipelines` x\n`pipelines/images` y\n`pipelines/tried` z\n"},
		"a room outside":         {page: "`pipelines` x\n`pipelines/images` y\n`cmd/gone` z\n"},
		"a word that looks so":   {page: "`pipelines` x\n`pipelines/images` `pipelinesque`\n"},
		"a stop of a walk alone": {page: "`pipelines` x\n1. `pipelines/images` y\n", want: []string{at + "no paragraph begins with `pipelines/images` and says what is in it"}},
	}
	packages := []listed{
		{ImportPath: module + "/cmd/slipway", GoFiles: []string{"main.go"}},
		{ImportPath: module + "/pipelines", GoFiles: []string{"open.go"}},
		{ImportPath: module + "/pipelines/images", GoFiles: []string{"build.go"}},
		{ImportPath: module + "/pipelines/tried"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, roomProblems(test.page, packages)); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}
