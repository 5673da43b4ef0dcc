package corpus

import (
	"crypto/sha256"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "write what was run, and the page of the corpus")

// ranFile has what was run. It is written by a run, with -update.
const ranFile = "ran.json"

// ran is what was run: each stack with the versions that it ran with.
type ran struct {
	Stacks map[string]ranStack `json:"stacks"`
	// noted are those of this run.
	noted map[string]ranStack
}

// ranStack is one stack's run, which passed.
type ranStack struct {
	// Content is the hash of the stack's files: an edited stack has to run again.
	Content  string   `json:"content"`
	Versions versions `json:"versions"`
	Seconds  int      `json:"seconds"`
}

func readRun(t testing.TB) *ran {
	t.Helper()
	r := &ran{Stacks: map[string]ranStack{}, noted: map[string]ranStack{}}
	text, err := os.ReadFile(ranFile)
	if os.IsNotExist(err) {
		return r
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, r); err != nil {
		t.Fatal(err)
	}
	return r
}

// note keeps a run that passed.
func (r *ran) note(t *testing.T, s corpusStack, took time.Duration) {
	t.Helper()
	if !t.Failed() {
		r.noted[s.name] = ranStack{Content: s.content(t), Versions: theseVersions(t), Seconds: int(took.Round(time.Second).Seconds())}
	}
}

// write adds what this run noted to what others did.
func (r *ran) write(t *testing.T) {
	t.Helper()
	if !*update || len(r.noted) == 0 {
		return
	}
	noted := r.noted
	r = readRun(t)
	maps.Copy(r.Stacks, noted)
	var names []string
	for _, s := range stacks(t) {
		names = append(names, s.name)
	}
	maps.DeleteFunc(r.Stacks, func(name string, _ ranStack) bool { return !slices.Contains(names, name) })
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(ranFile, append(text, '\n'), 0o644); err != nil {
		t.Fatal(err)
	}
}

// onlyForPeople are the lines of a description that change nothing in a run.
var onlyForPeople = regexp.MustCompile(`(?m)^(about|sample|waits):.*\n`)

// content is the hash of all that the stack's run depends on in its directory and in
// that which all stacks share.
func (s corpusStack) content(t testing.TB) string {
	t.Helper()
	hash := sha256.New()
	for _, dir := range []string{"common", "common/change", s.dir(), s.dir() + "/change"} {
		files := filesIn(t, dir)
		for _, name := range slices.Sorted(maps.Keys(files)) {
			text := files[name]
			if name == descriptionFile {
				text = onlyForPeople.ReplaceAllString(text, "")
			}
			fmt.Fprintf(hash, "%s/%s %d\n%s", dir, name, len(text), text)
		}
	}
	return fmt.Sprintf("%x", hash.Sum(nil)[:8])
}
