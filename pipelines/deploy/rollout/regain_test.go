package rollout

import (
	"context"
	"errors"
	"io/fs"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/journal"
)

// leaving is a host that can't be reached for a while.
type leaving struct {
	deploy.LocalHost
	away *atomic.Bool
}

var errAway = errors.New("connecting: no answer")

func (l leaving) ReadFile(ctx context.Context, path string) ([]byte, error) {
	if l.away.Load() {
		return nil, errAway
	}
	return l.LocalHost.ReadFile(ctx, path)
}

func (l leaving) WriteFile(ctx context.Context, path string, data []byte, mode fs.FileMode) error {
	if l.away.Load() {
		return errAway
	}
	return l.LocalHost.WriteFile(ctx, path, data, mode)
}

func (l leaving) List(ctx context.Context, path string) ([]string, error) {
	if l.away.Load() {
		return nil, errAway
	}
	return l.LocalHost.List(ctx, path)
}

// during is a note whose change does something first.
type during struct {
	*note
	do func(context.Context)
}

func (d during) Apply(ctx context.Context, want deploy.Desired, p deploy.Plan, s deploy.Session) error {
	d.do(ctx)
	return d.note.Apply(ctx, want, p, s)
}

// The journal can't be reached for longer than the lease: the deploy ends, and
// puts back what it has changed once the journal is there again, if nobody took
// the lock over. If it stays away, the next deploy makes it good.
func TestJournalAwayForLongerThanTheLease(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		// meanwhile is what happens after the lease was lost.
		meanwhile func(t *testing.T, away *atomic.Bool, dir string)
		says      string
		runs      []string
		outcome   journal.Outcome // of the deploy, after the next one
	}{
		"it comes back": {
			meanwhile: func(_ *testing.T, away *atomic.Bool, _ string) { away.Store(false) },
			says:      "; 1 runs again", runs: []string{"a=2", "a=1"}, outcome: journal.OutcomeRolledBack,
		},
		"it stays away": {
			meanwhile: func(*testing.T, *atomic.Bool, string) {},
			says:      "; nothing more was changed, and the next deploy makes it good", runs: []string{"a=2"}, outcome: journal.OutcomeInterrupted,
		},
		"somebody took the lock over": {
			meanwhile: func(t *testing.T, away *atomic.Bool, dir string) {
				away.Store(false)
				takeOver(t, dir, 3, journal.LockInfo{By: journal.Holder{User: "bob"}})
			},
			says: "; nothing more was changed, and the next deploy makes it good", runs: []string{"a=2"}, outcome: journal.OutcomeInterrupted,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFleet(t, "a", "b")
			away := &atomic.Bool{}
			times := journal.LeaseTimes{TTL: time.Second, Beat: 50 * time.Millisecond, Regain: time.Second}
			if name == "it comes back" {
				times.Regain = time.Minute
			}
			f.journal = journal.New(leaving{away: away}, f.dir, times)
			if _, err := Run(t.Context(), f.deployment("1")); err != nil {
				t.Fatal(err)
			}
			f.runs = nil
			d := f.deployment("2")
			d.Targets[1].Target = during{f.targets[1], func(ctx context.Context) {
				if f.targets[1].now != "1" || away.Load() || len(f.runs) > 1 {
					return // on the way back
				}
				away.Store(true)
				<-ctx.Done()
				test.meanwhile(t, away, f.dir)
			}}
			_, err := Run(t.Context(), d)
			if !errors.Is(err, journal.ErrLockLost) || !strings.Contains(err.Error(), "could not be renewed for 1s: ") || !strings.Contains(err.Error(), test.says) {
				t.Errorf("error: %v", err)
			}
			if diff := cmp.Diff(test.runs, f.runs); diff != "" {
				t.Error(diff)
			}
			away.Store(false)
			if _, err := Run(t.Context(), f.deployment("3")); err != nil {
				t.Fatal(err)
			}
			history, err := f.journal.History(t.Context(), 0)
			if err != nil || len(history) != 3 || history[1].Outcome != test.outcome || history[0].Outcome != journal.OutcomeDeployed {
				t.Errorf("history %+v, %v", history, err)
			}
		})
	}
}
