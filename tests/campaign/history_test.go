package campaign

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// entry is a deploy in the history, as "history --json" has it.
type entry struct {
	ID         int    `json:"id"`
	Tag        string `json:"tag"`
	Outcome    string `json:"outcome"`
	Started    string `json:"started"`
	Ended      string `json:"ended"`
	ReturnedTo string `json:"returnedTo"`
	Mixed      bool   `json:"mixed"`
}

func (e entry) String() string {
	text := fmt.Sprintf("%d %s %s", e.ID, e.Tag, e.Outcome)
	if e.ReturnedTo != "" {
		text += " to " + e.ReturnedTo
	}
	return text
}

// history is that of an environment, oldest first, when nothing runs.
func (tr *trial) history(env string) []entry {
	tr.Helper()
	all := tr.entries(env)
	for i, e := range all {
		if i > 0 && e.ID != all[i-1].ID+1 {
			tr.wrong("the history goes from %s to %s", all[i-1], e)
		}
		if e.Outcome == "running" || e.Ended == "" || e.Ended < e.Started {
			tr.wrong("the history has a deploy that has not ended, or before it began: %s, %s to %s", e, e.Started, e.Ended)
		}
	}
	return all
}

// entries are the history as it is, oldest first: just after a run was killed it
// says that it runs.
func (tr *trial) entries(env string) []entry {
	tr.Helper()
	r := tr.run(howToRun{}, "history", "--env", env, "--limit", "0", "--json")
	var all []entry
	if err := json.Unmarshal([]byte(r.out), &all); err != nil || r.code != 0 {
		tr.wrong("the history can't be read: %v, %s", err, lastLines(r.stderr))
	}
	slices.Reverse(all)
	return all
}

// added wants the history to have grown by entries that are each one of some, such
// as "75_db4b44b deployed|75_db4b44b rollback"; a "?" at the end of one means that
// it may be missing.
func (tr *trial) added(env string, before int, want ...string) {
	tr.Helper()
	all := tr.history(env)
	if tr.Failed() {
		return
	}
	var rest []string
	for _, e := range all[min(before, len(all)):] {
		_, text, _ := strings.Cut(e.String(), " ")
		rest = append(rest, text)
	}
	if !fits(rest, want) {
		tr.wrong("the history got %q, want %q", rest, want)
	}
}

// fits says that entries are those that are wanted.
func fits(got, want []string) bool {
	if len(want) == 0 {
		return len(got) == 0
	}
	one, optional := strings.CutSuffix(want[0], "?")
	if len(got) > 0 && slices.Contains(strings.Split(one, "|"), got[0]) && fits(got[1:], want[1:]) {
		return true
	}
	return optional && fits(got, want[1:])
}

func TestFits(t *testing.T) {
	for _, c := range []struct {
		got, want string
		fits      bool
	}{
		{"", "", true}, {"a", "", false}, {"", "a", false}, {"", "a?", true}, {"a", "a?", true}, {"a", "b?,a", true}, {"b", "a|b", true},
		{"a", "a|b?,a", true}, {"b,a", "a|b?,a", true}, {"a,a", "a|b?,a", true}, {"b", "a|b?,a", false}, {"a,b", "a", false}, {"a", "a,a?,a?", true},
	} {
		words := func(s string) []string { return strings.FieldsFunc(s, func(r rune) bool { return r == ',' }) }
		if got := fits(words(c.got), words(c.want)); got != c.fits {
			t.Errorf("%q fits %q: %v", c.got, c.want, got)
		}
	}
}
