package gitsync

import (
	"fmt"
	"strings"
	"testing"

	"git.example/slipway/pipelines/config"
)

// A plan names the files that a release changes, which the host has not seen yet.
func TestPlanNamesFiles(t *testing.T) {
	w := newWorld(t)
	w.use(w.repo, config.SwitchLink)
	first := w.commit(map[string]string{"dags/a.py": "1", "dags/b.py": "1", "dags/deep/c.py": "1", "other": "1"})
	w.deploy(w.desired(first))
	note := func(commit string) string {
		t.Helper()
		plan, err := w.plan(w.desired(commit))
		if err != nil {
			t.Fatal(err)
		}
		if len(plan.Changes) == 0 {
			return ""
		}
		return plan.Changes[0].Note
	}
	second := w.commit(map[string]string{"dags/a.py": "2", "dags/b.py": "", "dags/new\x1b[31m.py": "1", "other": "2"})
	if got, want := note(second), `3 files differ (M a.py, D b.py, A "new\x1b[31m.py"), switched by a link`; !strings.HasPrefix(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	many := map[string]string{}
	for i := range 30 {
		many[fmt.Sprintf("dags/many/%02d.py", i)] = "1"
	}
	if got := note(w.commit(many)); !strings.HasPrefix(got, "33 files differ (M a.py, ") || !strings.Contains(got, "A many/07.py, …)") {
		t.Errorf("got %q", got)
	}
	if got := note(first); got != "" {
		t.Errorf("nothing changes, and the note is %q", got)
	}
}
