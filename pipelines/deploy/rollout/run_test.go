package rollout

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/journal"
	"git.example/slipway/pipelines/release"
	"git.example/slipway/pipelines/secrets"
)

// note is a Target whose running state is one word. It stands for the targets
// that several of a deploy are: their order and their return are what is tested.
type note struct {
	name   string
	runs   *[]string // what happened, over all targets
	now    string
	refuse string // a tag that it fails on
}

func (n *note) Name() string                                          { return n.name }
func (n *note) Pull(context.Context, deploy.Desired, io.Writer) error { return nil }

func (n *note) Observe(context.Context, deploy.Desired) (deploy.Observed, error) {
	return deploy.Observed{State: n.now}, nil
}

func (n *note) Plan(d deploy.Desired, o deploy.Observed) (deploy.Plan, error) {
	p := deploy.Plan{Target: n.name, Tag: d.Release.Tag}
	if o.State != d.Release.Tag {
		p.Changes = []deploy.Change{{Kind: deploy.Replace, Subject: n.name, Before: o.State.(string), After: d.Release.Tag}}
	}
	return p, nil
}

func (n *note) Apply(ctx context.Context, d deploy.Desired, _ deploy.Plan, s deploy.Session) error {
	if err := s.Fence(ctx); err != nil {
		return err
	}
	n.now = d.Release.Tag
	*n.runs = append(*n.runs, n.name+"="+n.now)
	if n.refuse == n.now && n.now != "" {
		return errors.New("it does not start\nbecause of this")
	}
	return nil
}

func (n *note) Verify(_ context.Context, d deploy.Desired) (deploy.Proof, error) {
	if n.now != d.Release.Tag {
		return deploy.Proof{Drift: []deploy.Drift{{Subject: n.name, Kind: deploy.DriftImage, Want: d.Release.Tag, Got: n.now}}}, nil
	}
	return deploy.Proof{Running: []deploy.Running{{Subject: n.name}}}, nil
}

// interrupting is a note during whose proof the user interrupts.
type interrupting struct {
	*note
	interrupt context.CancelFunc
}

func (i interrupting) Verify(ctx context.Context, d deploy.Desired) (deploy.Proof, error) {
	i.interrupt()
	return i.note.Verify(ctx, d)
}

// A release that is proven is live, although the user interrupted meanwhile.
func TestInterruptAfterTheProof(t *testing.T) {
	t.Parallel()
	f := newFleet(t, "a")
	ctx, interrupt := context.WithCancel(t.Context())
	d := f.deployment("1")
	d.Targets[0].Target = interrupting{f.targets[0], interrupt}
	if _, err := Run(ctx, d); err != nil {
		t.Errorf("error: %v", err)
	}
	live, err := f.journal.Live(t.Context())
	if err != nil || live == nil || live.Tag != "1" || live.Outcome != journal.OutcomeDeployed {
		t.Errorf("live: %+v, %v", live, err)
	}
}

type fleet struct {
	journal *journal.Journal
	dir     string // that the journal is in
	runs    []string
	targets []*note
}

func newFleet(t *testing.T, names ...string) *fleet {
	f := &fleet{}
	f.journal, f.dir = testJournal(t)
	for _, name := range names {
		f.targets = append(f.targets, &note{name: name, runs: &f.runs})
	}
	return f
}

func (f *fleet) deployment(tag string) Deployment {
	d := Deployment{Journal: f.journal, Tag: tag}
	for _, target := range f.targets {
		d.Targets = append(d.Targets, Item{Target: target, Desired: deploy.Desired{
			Release: release.Record{Tag: tag}, Env: map[string]secrets.Value{"TAG": secrets.NewValue("env-of-" + tag)},
		}})
	}
	return d
}

func TestFailureReturnsEveryTarget(t *testing.T) {
	t.Parallel()
	f := newFleet(t, "a", "b", "c")
	if _, err := Run(t.Context(), f.deployment("1")); err != nil {
		t.Fatal(err)
	}
	f.targets[1].refuse = "2"
	f.runs = nil
	_, err := Run(t.Context(), f.deployment("2"))
	if want := "deploying 2: target \"b\": it does not start; 1 runs again\nbecause of this"; err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
	if want := []string{"a=2", "b=2", "b=1", "a=1"}; !cmp.Equal(f.runs, want) {
		t.Errorf("changes %v, want %v: c was never touched", f.runs, want)
	}
	live, err := f.journal.Live(t.Context())
	if err != nil || live.Tag != "1" {
		t.Errorf("live %v, %v", live, err)
	}
}

// The reason of a failure may be output of a program, with a secret in it; the
// history is a file that others on the host can read.
func TestHistoryIsRedacted(t *testing.T) {
	t.Parallel()
	f := newFleet(t, "a")
	f.targets[0].refuse = "1"
	d := f.deployment("1")
	d.Clean = func(text string) string { return strings.ReplaceAll(text, "start", "[secret]") }
	if _, err := Run(t.Context(), d); err == nil {
		t.Fatal("it deployed")
	}
	history, err := f.journal.History(t.Context(), 1)
	if err != nil || len(history) != 1 || !strings.Contains(history[0].Error, "it does not [secret]") {
		t.Errorf("got %+v, %v, want the error without the secret", history, err)
	}
}

func TestReturnThatFailsSaysSo(t *testing.T) {
	t.Parallel()
	f := newFleet(t, "a", "b")
	if _, err := Run(t.Context(), f.deployment("1")); err != nil {
		t.Fatal(err)
	}
	f.targets[1].refuse = "2"
	d := f.deployment("2")
	d.Guard = func(context.Context, *journal.Entry) error { f.targets[0].refuse = "1"; return nil }
	_, err := Run(t.Context(), d)
	if err == nil || !strings.Contains(err.Error(), "going back failed, too") {
		t.Errorf("error: %v", err)
	}
	history, _ := f.journal.History(t.Context(), 1)
	if history[0].Outcome != journal.OutcomeFailed {
		t.Errorf("outcome %s", history[0].Outcome)
	}
}

func TestGuardRefusesUnderTheLock(t *testing.T) {
	t.Parallel()
	f := newFleet(t, "a")
	refuse := errors.New("an older commit")
	for i, want := range []string{"", "1"} {
		d := f.deployment(fmt.Sprint(i + 1))
		d.Guard = func(ctx context.Context, live *journal.Entry) error {
			if held, err := f.journal.Held(ctx); held == nil || err != nil {
				t.Errorf("the guard is asked outside of the lock: %v", err)
			}
			got := ""
			if live != nil {
				got = live.Tag
			}
			if got != want {
				t.Errorf("live %q, want %q", got, want)
			}
			if live != nil {
				return refuse
			}
			return nil
		}
		if _, err := Run(t.Context(), d); want != "" && !errors.Is(err, refuse) {
			t.Errorf("error: %v", err)
		}
	}
	if want := []string{"a=1"}; !cmp.Equal(f.runs, want) {
		t.Errorf("changes %v, want %v", f.runs, want)
	}
}

func TestLostLockStopsBeforeTheNextChange(t *testing.T) {
	t.Parallel()
	f := newFleet(t, "a")
	d := f.deployment("1")
	d.Guard = func(context.Context, *journal.Entry) error {
		takeOver(t, f.dir, 2, journal.LockInfo{By: journal.Holder{User: "bob"}})
		return nil
	}
	if _, err := Run(t.Context(), d); !errors.Is(err, journal.ErrLockLost) {
		t.Errorf("error: %v", err)
	}
	if len(f.runs) > 0 {
		t.Errorf("changes after the lock was lost: %v", f.runs)
	}
}

// A deploy of some targets keeps what the others run in its snapshot, with the
// values of their env files, and forgets those of releases before.
func TestSnapshotIsWhole(t *testing.T) {
	t.Parallel()
	f := newFleet(t, "a", "b")
	if _, err := Run(t.Context(), f.deployment("1")); err != nil {
		t.Fatal(err)
	}
	d := f.deployment("2")
	d.Targets = d.Targets[:1]
	result, err := Run(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	snapshot, err := f.journal.Desired(t.Context(), result.Entry.ID)
	if err != nil {
		t.Fatal(err)
	}
	for name, tag := range map[string]string{"a": "2", "b": "1"} {
		if s := snapshot[name]; s.Release.Tag != tag || s.Env["TAG"].Reveal() != "env-of-"+tag {
			t.Errorf("target %s: release %s, env %q; want %s", name, s.Release.Tag, s.Env["TAG"].Reveal(), tag)
		}
	}
	before, err := f.journal.Desired(t.Context(), result.Entry.ID-1)
	if err != nil || before["a"].Env != nil {
		t.Errorf("env values of an old release are still kept: %v", err)
	}
}

func TestInterruptedRunIsCompleted(t *testing.T) {
	t.Parallel()
	f := newFleet(t, "a")
	desired := map[string]deploy.Desired{"a": {Release: release.Record{Tag: "1"}}}
	anHourAhead := time.Now().Add(time.Hour) // the clock of the machine where it ran
	entry, err := f.journal.Begin(t.Context(), journal.Entry{Tag: "1", Outcome: journal.OutcomeRunning, Started: anHourAhead}, desired)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Run(t.Context(), f.deployment("2")); err != nil {
		t.Fatal(err)
	}
	if e, err := f.journal.Entry(t.Context(), entry.ID); err != nil || e.Outcome != journal.OutcomeInterrupted || e.Ended.Before(e.Started) {
		t.Errorf("the killed run's entry: %+v %v", e, err)
	}
	// Killed between the history and the live pointer: it had verified.
	entry, err = f.journal.Begin(t.Context(), journal.Entry{Tag: "3", Outcome: journal.OutcomeDeployed}, desired)
	if err != nil {
		t.Fatal(err)
	}
	d := f.deployment("4")
	d.Guard = func(_ context.Context, live *journal.Entry) error {
		if live.ID != entry.ID {
			t.Errorf("live is %s, want the release that verified", live.Tag)
		}
		return nil
	}
	if _, err := Run(t.Context(), d); err != nil {
		t.Fatal(err)
	}
}
