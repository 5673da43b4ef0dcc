package deploy

import "testing"

// Without a tag a rollback goes to the release before the live one, unless a
// deploy after it was left half done: then the live one itself is the last that
// worked.
func TestRollbackAfterWhatHappened(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		then *Entry // what happened after 1 and 2 were deployed
		want string
	}{
		"nothing":                                {want: "1"},
		"a failure that was put back":            {then: &Entry{Tag: "3", Outcome: OutcomeRolledBack}, want: "1"},
		"a failure before anything was changed":  {then: &Entry{Tag: "3", Outcome: OutcomeFailed}, want: "1"},
		"a failure that could not be put back":   {then: &Entry{Tag: "3", Outcome: OutcomeFailed, Mixed: true}, want: "2"},
		"a run that was killed":                  {then: &Entry{Tag: "3", Outcome: OutcomeRunning}, want: "2"},
		"one that somebody has found":            {then: &Entry{Tag: "3", Outcome: OutcomeInterrupted}, want: "2"},
		"one that was killed when it was proven": {then: &Entry{Tag: "3", Outcome: OutcomeDeployed}, want: "2"},
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
				desired := map[string]Desired{"a": f.deployment("3").Targets[0].Desired}
				if _, err := f.journal.begin(t.Context(), *test.then, desired); err != nil {
					t.Fatal(err)
				}
				f.targets[0].now = "3"
			}
			if _, err := Rollback(t.Context(), f.deployment(""), ""); err != nil {
				t.Fatal(err)
			}
			if got := f.targets[0].now; got != test.want {
				t.Errorf("%s runs, want %s", got, test.want)
			}
			live, err := f.journal.Live(t.Context())
			if err != nil || live.Tag != test.want || live.Outcome != OutcomeRollback {
				t.Errorf("live: %+v, %v", live, err)
			}
		})
	}
}
