package rollout

import (
	"os"
	"testing"

	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/journal"
	"git.example/slipway/pipelines/secrets"
)

// What a Slipway before this one deployed is gone back to, and deployed over:
// see journal/testdata/README.md.
func TestRollbackInAJournalOfTheSlipwayBefore(t *testing.T) {
	t.Parallel()
	f := newFleet(t, "app", "data")
	if err := os.CopyFS(f.dir, os.DirFS("../journal/testdata/main")); err != nil {
		t.Fatal(err)
	}
	for _, target := range f.targets {
		target.now = "5_7bdc7ec" // its run was killed
	}
	for _, test := range []struct{ to, want string }{
		{"", "4_2cc68ee"}, // half of 5 runs
		{"", "1_d88e2b3"}, // which somebody had gone back to before
		{"2_7d41198", "2_7d41198"},
	} {
		d := f.deployment("")
		d.Targets[0].Desired.Env = map[string]secrets.Value{"TOKEN": secrets.NewValue("canary-now")}
		result, err := rollback(t, d, test.to)
		if err != nil {
			t.Fatal(err)
		}
		if result.Entry.Tag != test.want || f.targets[0].now != test.want || f.targets[1].now != test.want {
			t.Errorf("%s runs, want %s", result.Entry.Tag, test.want)
		}
	}
	if _, err := Run(t.Context(), f.deployment("6")); err != nil {
		t.Fatal(err)
	}
	history, err := journal.New(deploy.LocalHost{}, f.dir, quick).History(t.Context(), 0)
	if err != nil || len(history) != 10 || history[0].ID != 10 || history[4].Outcome != journal.OutcomeInterrupted {
		t.Errorf("history: %+v, %v", history, err)
	}
}
