package rollout

import (
	"testing"

	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/journal"
)

// Without a tag a rollback goes to the release before the live one, unless a
// deploy after it was left half done: then the live one itself is the last that
// worked.
func TestRollbackAfterWhatHappened(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		then *journal.Entry // what happened after 1 and 2 were deployed
		want string
	}{
		"nothing":                                {want: "1"},
		"a failure that was put back":            {then: &journal.Entry{Tag: "3", Outcome: journal.OutcomeRolledBack}, want: "1"},
		"a failure before anything was changed":  {then: &journal.Entry{Tag: "3", Outcome: journal.OutcomeFailed}, want: "1"},
		"a failure that could not be put back":   {then: &journal.Entry{Tag: "3", Outcome: journal.OutcomeFailed, Mixed: true}, want: "2"},
		"a run that was killed":                  {then: &journal.Entry{Tag: "3", Outcome: journal.OutcomeRunning}, want: "2"},
		"one that somebody has found":            {then: &journal.Entry{Tag: "3", Outcome: journal.OutcomeInterrupted}, want: "2"},
		"a rollback that was killed":             {then: &journal.Entry{Tag: "1", Outcome: journal.OutcomeRunning, Rollback: true}, want: "1"},
		"one that somebody has found since":      {then: &journal.Entry{Tag: "1", Outcome: journal.OutcomeInterrupted, Rollback: true}, want: "1"},
		"a rollback that could not be put back":  {then: &journal.Entry{Tag: "1", Outcome: journal.OutcomeFailed, Mixed: true, Rollback: true}, want: "2"},
		"one that was killed when it was proven": {then: &journal.Entry{Tag: "3", Outcome: journal.OutcomeDeployed}, want: "2"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFleet(t, "a")
			for _, tag := range []string{"1", "2"} {
				if _, err := Run(t.Context(), f.deployment(tag)); err != nil {
					t.Fatal(err)
				}
			}
			if test.then != nil {
				desired := map[string]deploy.Desired{"a": f.deployment("3").Targets[0].Desired}
				if _, err := f.journal.Begin(t.Context(), *test.then, desired); err != nil {
					t.Fatal(err)
				}
				f.targets[0].now = "3"
			}
			if _, err := rollback(t, f.deployment(""), ""); err != nil {
				t.Fatal(err)
			}
			if got := f.targets[0].now; got != test.want {
				t.Errorf("%s runs, want %s", got, test.want)
			}
			live, err := f.journal.Live(t.Context())
			if err != nil || live.Tag != test.want || live.Outcome != journal.OutcomeRollback {
				t.Errorf("live: %+v, %v", live, err)
			}
		})
	}
}
