package corpus

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v4"
)

// pagePath is the page about the corpus.
const pagePath = "../../docs/compose-corpus.md"

// users are the stacks that use each key of the schema.
func users(t testing.TB, root *node) map[string][]string {
	t.Helper()
	users := map[string][]string{}
	for _, s := range stacks(t) {
		found := map[string]bool{}
		for name, content := range s.composeFiles(t) {
			// Whatever a name becomes, it is a text in none of these places.
			content = strings.ReplaceAll(content, "@PRIVILEGED@", "true")
			content = strings.ReplaceAll(content, "@", "_")
			var file any
			if err := yaml.Unmarshal([]byte(content), &file); err != nil {
				t.Fatalf("stack %s: %s: %v", s.name, name, err)
			}
			uses(root, "", file, found)
		}
		name := s.name
		if s.Waits != "" {
			name += " (not yet)"
		}
		for key := range found {
			users[key] = append(users[key], name)
		}
	}
	return users
}

// TestComplete: each key of the specification, as the compose-go has it that we
// link, is in a stack, or there is a reason; not both.
func TestComplete(t *testing.T) {
	root, err := specification()
	if err != nil {
		t.Fatal(err)
	}
	users, needed := users(t, root), map[string]bool{}
	all := keys(root)
	for _, key := range all {
		entry, reason := reasonFor(key)
		used := len(users[key]) > 0
		switch {
		case used && reason != "":
			t.Errorf("%s: stack %v uses it, and reasons say of %s that nothing can", key, users[key], entry)
		case !used && reason == "":
			t.Errorf("%s: no stack uses it, and no reason says why", key)
		}
		needed[entry] = true
	}
	for entry := range reasons {
		if !needed[entry] {
			t.Errorf("reasons: %s is not in the specification", entry)
		}
	}
	for key := range notes {
		if len(users[key]) == 0 {
			t.Errorf("notes: %s is in no stack", key)
		}
	}
}

// TestRan: every stack has been run as it is now.
func TestRan(t *testing.T) {
	ran := readRun(t)
	for _, s := range stacks(t) {
		if s.Waits == "" && ran.Stacks[s.name].Content != s.content(t) {
			t.Errorf("stack %s was not run as it is: SLIPWAY_LONG_TESTS=1 go test -run TestStacks/%s ./tests/corpus -update", s.name, s.name)
		}
	}
}

// TestPage: the page says what the stacks, the reasons and the last run say.
func TestPage(t *testing.T) {
	want := page(t)
	if *update {
		if err := os.WriteFile(pagePath, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(pagePath)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("%s is not what the corpus says; run go test ./tests/corpus -update (-want +got):\n%s", filepath.Base(pagePath), diff)
	}
}

func page(t testing.TB) string {
	t.Helper()
	root, err := specification()
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	b.WriteString(introduction)
	ran := readRun(t)
	b.WriteString("\n## What was run\n\n")
	runs := map[versions]int{}
	for _, r := range ran.Stacks {
		runs[r.Versions]++
	}
	b.WriteString("| stacks | Engine | API | Compose | runc | on |\n| --- | --- | --- | --- | --- | --- |\n")
	var rows []string
	for v, n := range runs {
		rows = append(rows, fmt.Sprintf("| %d | %s | %s | %s | %s | %s, Linux %s, cgroup %s |\n", n, v.Engine, v.API, v.Compose, v.Runc, v.OS, v.Kernel, v.Cgroup))
	}
	slices.Sort(rows)
	b.WriteString(strings.Join(rows, ""))
	b.WriteString("\nThe run itself wrote this down. It took, with all of the above for each:\n\n")
	b.WriteString("| stack | has | seconds |\n| --- | --- | --- |\n")
	for _, s := range stacks(t) {
		took := strconv.Itoa(ran.Stacks[s.name].Seconds)
		if s.Waits != "" {
			took = "not yet: " + s.Waits
		}
		fmt.Fprintf(&b, "| [%s](../tests/corpus/stacks/%s/compose.yml) | %s | %s |\n", s.name, s.name, s.About, took)
	}
	b.WriteString("\n## Every key\n\n" + legend)
	b.WriteString("| key | stacks |\n| --- | --- |\n")
	users := users(t, root)
	told := map[string]bool{}
	for _, key := range keys(root) {
		entry, reason := reasonFor(key)
		switch {
		case reason == "":
			text := strings.Join(users[key], ", ")
			if note := notes[key]; note != "" {
				text += " (" + note + ")"
			}
			fmt.Fprintf(&b, "| `%s` | %s |\n", key, text)
		case !told[entry]:
			told[entry] = true
			fmt.Fprintf(&b, "| `%s` | none: %s |\n", entry, reason)
		}
	}
	return b.String()
}

const introduction = `# Compose, key by key

Slipway deploys a corpus of compose stacks with the real command on real Docker: they are in
` + "`tests/corpus`" + `. Together they use every key of the
[Compose Specification](https://github.com/compose-spec/compose-spec) that the Docker which ran them can run. This page
is written by their test.

For each stack that is not marked *not yet*:

1. ` + "`plan`" + ` of the commit, which is not published yet. Docker and the registry are asked for reads alone; containers, images,
   networks, volumes, tags, files and the journal are the same before and after, byte for byte; after a plan that was
   killed at a random moment, too.
2. Plain ` + "`docker compose up`" + ` starts it, from a checkout, and it is taken down again.
3. ` + "`publish`, `deploy`, `verify`" + `. What was done is what was planned, with the digests filled in: services that started, were
   replaced, recreated, removed or left alone, networks, volumes, keys of the env file. Its containers are configured as
   those that plain compose made, mount for mount and file for file.
4. Plain compose looks at what runs, and finds nothing to recreate.
5. ` + "`plan` and `deploy`" + ` once more: nothing to do. No container was made, started or stopped.
6. A change: another image, and something of the stack's own. 1 and 3 to 5 again. What the change has nothing to do with
   runs on untouched.
7. ` + "`rollback`, `verify`" + `: the first digests run again, configured as at first, and say what they said.
8. It is taken down. Nothing of it is left, and what was there beside it is as it was.

` + "`make test-long`" + ` runs them all, ` + "`make test`" + ` a few. A key that a later specification brings fails the test until a stack
uses it, or a reason says why none can.
`

const legend = `The keys are those of compose-go's schema. ` + "`*`" + ` is any name, ` + "`[]`" + ` an element of a list. Where a key has several forms each
one is used: *value*, *list*, *map*; and so is each of the values that the schema lists. ` + "`x-*`" + ` is a key of your own.

`

// TestReasonFor tells what is in a key from what is only named alike.
func TestReasonFor(t *testing.T) {
	for key, want := range map[string]bool{
		"services.*.build": true, "services.*.build (map)": true, "services.*.build.args": true, "services.*.builder": false,
		"jobs": true, "jobs.*.image": true, "secrets.*.driver_opts": true, "services.*.pre_start[].command": true, "services.*": false,
	} {
		if _, reason := reasonFor(key); (reason != "") != want {
			t.Errorf("%s: reason %q", key, reason)
		}
	}
}

// TestUses: what a file uses is told in the words of the schema, and what no schema
// has is not.
func TestUses(t *testing.T) {
	root, err := specification()
	if err != nil {
		t.Fatal(err)
	}
	var file any
	text := "x-a: {services: 1}\nservices: {a: {cgroup: host, ports: ['1', {target: 2}], nonsense: 1, environment: [A], deploy: {labels: {b: c}}}}\n"
	if err := yaml.Unmarshal([]byte(text), &file); err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	uses(root, "", file, found)
	want := []string{
		"services", "services.*.cgroup", "services.*.cgroup = host", "services.*.deploy", "services.*.deploy.labels", "services.*.deploy.labels (map)",
		"services.*.environment", "services.*.environment (list)", "services.*.ports", "services.*.ports[] (map)", "services.*.ports[] (value)",
		"services.*.ports[].target", "x-*",
	}
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(found))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	all := keys(root)
	for key := range found {
		if !slices.Contains(all, key) {
			t.Errorf("%s is not among the keys", key)
		}
	}
}
