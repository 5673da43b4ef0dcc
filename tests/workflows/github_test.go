// Package workflows tests this repository's own CI files: what they may do, and
// that they do no more than call Slipway. "make lint" has actionlint read them.
package workflows

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
)

type workflow struct {
	Permissions map[string]string `yaml:"permissions"`
	Jobs        map[string]struct {
		Permissions map[string]string `yaml:"permissions"`
		Steps       []step            `yaml:"steps"`
	} `yaml:"jobs"`
}

type step struct {
	Uses string `yaml:"uses"`
	Run  string `yaml:"run"`
}

var pinned = regexp.MustCompile(`^[\w.-]+/[\w.-]+@[0-9a-f]{40}$`)

// actions are all that a workflow may use.
var actions = []string{"actions/checkout", "dagger/dagger-for-github"}

// TestGitHub reads every workflow: its default permission is to read, it uses
// pinned actions, and what it runs is the Dagger module.
func TestGitHub(t *testing.T) {
	paths, err := filepath.Glob("../../.github/workflows/*.yml")
	if err != nil || len(paths) == 0 {
		t.Fatalf("%d workflows: %v", len(paths), err)
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string(nil), problems(t, text)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", path, diff)
		}
	}
}

func TestProblems(t *testing.T) {
	job := "permissions: {contents: read}\njobs: {one: {steps: [%s]}}\n"
	tests := map[string]struct {
		text string
		want []string
	}{
		"a call":           {text: fmt.Sprintf(job, "{run: dagger call lint}")},
		"a tag":            {text: fmt.Sprintf(job, "{uses: actions/checkout@v7}"), want: []string{`job "one" uses actions/checkout@v7, which is not pinned to a commit`}},
		"another action":   {text: fmt.Sprintf(job, "{uses: some/action@3d3c42e5aac5ba805825da76410c181273ba90b1}"), want: []string{`job "one" uses some/action`}},
		"another command":  {text: fmt.Sprintf(job, "{run: make test}"), want: []string{`job "one" runs "make test", which is no call of the module`}},
		"two commands":     {text: fmt.Sprintf(job, `{run: "dagger call lint; make test"}`), want: []string{`job "one" runs "dagger call lint; make test", which is no call of the module`}},
		"every permission": {text: "jobs: {one: {}}\n", want: []string{"permissions are map[]"}},
		"too many":         {text: "permissions: {contents: read}\njobs: {one: {permissions: {contents: write}}}\n", want: []string{`job "one" may contents: write`}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, problems(t, []byte(test.text))); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}

func problems(t *testing.T, text []byte) []string {
	t.Helper()
	var w workflow
	if err := yaml.Unmarshal(text, &w); err != nil {
		t.Fatal(err)
	}
	var found []string
	add := func(format string, args ...any) { found = append(found, fmt.Sprintf(format, args...)) }
	if !maps.Equal(w.Permissions, map[string]string{"contents": "read"}) {
		add("permissions are %v", w.Permissions)
	}
	for _, name := range slices.Sorted(maps.Keys(w.Jobs)) {
		job := w.Jobs[name]
		for _, what := range slices.Sorted(maps.Keys(job.Permissions)) {
			if may := what + ": " + job.Permissions[what]; may != "contents: read" {
				add("job %q may %s", name, may)
			}
		}
		for _, s := range job.Steps {
			action, _, _ := strings.Cut(s.Uses, "@")
			switch {
			case s.Uses != "" && !pinned.MatchString(s.Uses):
				add("job %q uses %s, which is not pinned to a commit", name, s.Uses)
			case s.Uses != "" && !slices.Contains(actions, action):
				add("job %q uses %s", name, action)
			case s.Run != "" && (!strings.HasPrefix(s.Run, "dagger call ") || strings.ContainsAny(strings.TrimSpace(s.Run), ";&|\n")):
				add("job %q runs %q, which is no call of the module", name, s.Run)
			}
		}
	}
	return found
}
