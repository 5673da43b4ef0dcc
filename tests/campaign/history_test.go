package campaign

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
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
	got := slices.Clone(rest)
	for _, one := range want {
		one, optional := strings.CutSuffix(one, "?")
		if len(rest) > 0 && slices.Contains(strings.Split(one, "|"), rest[0]) {
			rest = rest[1:]
		} else if !optional {
			tr.wrong("the history got %q, want %q", got, want)
			return
		}
	}
	if len(rest) > 0 {
		tr.wrong("the history got %q, want %q", got, want)
	}
}
