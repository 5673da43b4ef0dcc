package journal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"git.example/slipway/pipelines/command"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/secrets"
)

// distant is this machine as one that is far away, and counts what is asked of it.
type distant struct {
	counting
	scripts *int
	// broken has every script fail.
	broken bool
}

func newDistant() distant { return distant{counting: newCounting(), scripts: new(int)} }

func (d distant) Distant() {}

func (d distant) Run(ctx context.Context, c command.Command, stdout, stderr io.Writer) error {
	*d.scripts++
	if d.broken {
		return errors.New("no shell")
	}
	return d.LocalHost.Run(ctx, c, stdout, stderr)
}

var _ deploy.Distant = distant{}

// remembered is all that looks at a journal ask for.
type remembered struct {
	Live    string
	History []string
	Desired string
	Secret  string
	Older   string
	IDs     []int
	Begun   bool
}

func remember(t *testing.T, j *Journal) remembered {
	t.Helper()
	var r remembered
	live, err := j.Live(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	entries, err := j.History(t.Context(), 10)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		r.History = append(r.History, fmt.Sprint(e.ID, e.Tag, e.Outcome))
	}
	if live != nil {
		r.Live = live.Tag
		desired, err := j.Desired(t.Context(), live.ID)
		if err != nil {
			t.Fatal(err)
		}
		r.Desired = fmt.Sprint(desired["app"].Files)
		if value, set := desired["app"].Env["TOKEN"]; set {
			r.Secret = value.Reveal()
		}
		if _, err := j.Desired(t.Context(), live.ID-1); err != nil {
			r.Older = fmt.Sprint(errors.Is(err, fs.ErrNotExist))
		}
	}
	if r.IDs, err = j.snapshots.ids(t.Context()); err != nil {
		t.Fatal(err)
	}
	if r.Begun, err = j.Begun(t.Context()); err != nil {
		t.Fatal(err)
	}
	return r
}

// releaseThrough deploys through a journal, as rollout does.
func releaseThrough(t *testing.T, j *Journal, tag string) Entry {
	t.Helper()
	e, err := j.Begin(t.Context(), Entry{Tag: tag, Outcome: OutcomeRunning}, map[string]deploy.Desired{
		"app": {Files: map[string]string{"compose.yml": tag + "\n\nslipway"}, Env: map[string]secrets.Value{"TOKEN": secrets.NewValue("s3cret " + tag)}},
	})
	if err != nil {
		t.Fatal(err)
	}
	e.Outcome = OutcomeDeployed
	if err := errors.Join(j.Save(t.Context(), e), j.SetLive(t.Context(), e)); err != nil {
		t.Fatal(err)
	}
	return e
}

// What is read ahead is what is there: before the first deploy, after some, with a
// snapshot that is gone, and with files that nobody can have meant.
func TestReadAheadIsWhatIsThere(t *testing.T) {
	for name, prepare := range map[string]func(*testing.T, *Journal, string){
		"no directory":  func(*testing.T, *Journal, string) {},
		"nothing in it": func(t *testing.T, _ *Journal, dir string) { write(t, dir, "lock/1/released", "") },
		"three deploys": func(t *testing.T, j *Journal, _ string) {
			for _, tag := range []string{"1", "2", "3"} {
				releaseThrough(t, j, tag)
			}
		},
		"forgotten snapshot": func(t *testing.T, j *Journal, _ string) {
			first := releaseThrough(t, j, "1")
			releaseThrough(t, j, "2")
			if err := j.snapshots.drop(t.Context(), first.ID); err != nil {
				t.Fatal(err)
			}
		},
		"env values are gone": func(t *testing.T, j *Journal, _ string) {
			if err := j.snapshots.forgetEnv(t.Context(), releaseThrough(t, j, "1").ID); err != nil {
				t.Fatal(err)
			}
		},
		"strange names": func(t *testing.T, j *Journal, dir string) {
			releaseThrough(t, j, "1")
			write(t, dir, "history/a file", "x")
			write(t, dir, "history/.2.json.7", "{")
			write(t, dir, "snapshots/-n/x", "")
		},
		"many entries": func(t *testing.T, j *Journal, _ string) {
			for i := range 2*aheadEntries + 3 {
				releaseThrough(t, j, fmt.Sprint(i))
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "it's here")
			prepare(t, New(deploy.LocalHost{}, dir, quick), dir)
			want := remember(t, New(deploy.LocalHost{}, dir, quick))
			host := newDistant()
			j := New(host, dir, quick)
			j.ReadAhead(t.Context())
			if diff := cmp.Diff(want, remember(t, j)); diff != "" {
				t.Errorf("read one by one (-) and ahead (+):\n%s", diff)
			}
			// The deploy before the live one is not read ahead: it has two files.
			if _, err := os.Stat(dir); err == nil && host.reads.Load()+host.lists.Load() > 2 {
				t.Errorf("%d files and %d directories were read again", host.reads.Load(), host.lists.Load())
			}
			host.broken = true
			j = New(host, dir, quick)
			j.ReadAhead(t.Context())
			if diff := cmp.Diff(want, remember(t, j)); diff != "" {
				t.Errorf("read one by one (-) and where no script runs (+):\n%s", diff)
			}
		})
	}
}

// Under the lock a journal is read once, what is written is read back, and what
// others wrote before is seen.
func TestReadAheadUnderTheLock(t *testing.T) {
	dir := t.TempDir()
	near := New(deploy.LocalHost{}, dir, quick)
	releaseThrough(t, near, "1")
	host := newDistant()
	j := New(host, dir, quick)
	j.ReadAhead(t.Context())
	releaseThrough(t, near, "2") // another run, between our look and our lock
	lease, _, err := acquire(t, j, "ana", 0)
	if err != nil {
		t.Fatal(err)
	}
	if got := remember(t, j); got.Live != "2" {
		t.Errorf("under the lock %q is live, and 2 was deployed before it", got.Live)
	}
	releaseThrough(t, j, "3")
	host.reads.Store(0)
	if got := remember(t, j); got.Live != "3" || got.Secret != "s3cret 3" || len(got.History) != 3 {
		t.Errorf("after our own deploy: %+v", got)
	}
	if err := j.snapshots.drop(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(remember(t, New(deploy.LocalHost{}, dir, quick)), remember(t, j)); diff != "" {
		t.Errorf("there (-) and by the journal (+):\n%s", diff)
	}
	if err := lease.Release(t.Context()); err != nil {
		t.Fatal(err)
	}
	releaseThrough(t, near, "4")
	if got := remember(t, j); got.Live != "4" {
		t.Errorf("without the lock %q is live, and 4 was deployed by another run", got.Live)
	}
}

// Without the lock what was read ahead is only for a moment.
func TestReadAheadAges(t *testing.T) {
	dir := t.TempDir()
	near := New(deploy.LocalHost{}, dir, quick)
	releaseThrough(t, near, "1")
	j := New(newDistant(), dir, quick)
	j.ReadAhead(t.Context())
	j.store.ahead.until = time.Now().Add(-time.Second)
	releaseThrough(t, near, "2")
	if got := remember(t, j); got.Live != "2" {
		t.Errorf("%q is live, long after 2 was deployed", got.Live)
	}
}

// A lock by hand is seen at once, whatever was read ahead.
func TestLockIsNeverReadAhead(t *testing.T) {
	dir := t.TempDir()
	near := New(deploy.LocalHost{}, dir, quick)
	releaseThrough(t, near, "1")
	j := New(newDistant(), dir, quick)
	j.ReadAhead(t.Context())
	if _, err := near.Lock(t.Context(), Holder{User: "bob"}, "no deploys today"); err != nil {
		t.Fatal(err)
	}
	if held, err := j.Held(t.Context()); err != nil || held == nil || held.By.User != "bob" {
		t.Errorf("held by %+v (%v)", held, err)
	}
}
