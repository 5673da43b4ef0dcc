package rollout

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/journal"
)

// noted notes which files are read.
type noted struct {
	deploy.LocalHost
	dir  string
	mu   sync.Mutex
	read []string
}

func (n *noted) ReadFile(ctx context.Context, path string) ([]byte, error) {
	name, err := filepath.Rel(n.dir, path)
	if err != nil {
		return nil, err
	}
	n.mu.Lock()
	n.read = append(n.read, name)
	n.mu.Unlock()
	return n.LocalHost.ReadFile(ctx, path)
}

// noting is a fleet whose journal notes what is read.
func noting(t *testing.T, names ...string) (*fleet, *noted) {
	t.Helper()
	f := newFleet(t, names...)
	files := &noted{dir: f.dir}
	f.journal = journal.New(files, f.dir, quick)
	return f, files
}

// failures writes deploys into the history, as a Slipway that knows no segments
// does: all of them failed.
func failures(t *testing.T, dir string, from, to int) {
	t.Helper()
	for id := from; id <= to; id++ {
		text := fmt.Sprintf(`{"id": %d, "tag": "bad%d", "by": {}, "started": "2026-11-27T09:34:27Z", "outcome": "rolled-back"}`, id, id)
		if err := (deploy.LocalHost{}).WriteFile(t.Context(), filepath.Join(dir, fmt.Sprintf("history/%d.json", id)), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// The release to go back to is looked for from the newest entry on, no further
// than it is.
func TestEarlierReadsNoMoreThanItHasTo(t *testing.T) {
	t.Parallel()
	f, files := noting(t, "a")
	failures(t, f.dir, 1, 120)
	for _, tag := range []string{"1", "2"} {
		if _, err := Run(t.Context(), f.deployment(tag)); err != nil {
			t.Fatal(err)
		}
	}
	failures(t, f.dir, 123, 126)
	for _, test := range []struct {
		to, want string
		reads    int
	}{
		{"", "1", 20}, {"1", "1", 20}, {"2", "2", 20},
		{"bad1", "rolling back to bad1: its deploy failed here, so it is no release to go back to", 50},
		{"9", "rolling back to 9: it was never deployed here; there are 2, 1", 50},
	} {
		files.read = nil
		entry, desired, err := Earlier(t.Context(), f.journal, test.to)
		got := entry.Tag
		if err != nil {
			got = err.Error()
		} else if desired["a"].Release.Tag != test.want {
			t.Errorf("to %q: snapshot of %s", test.to, desired["a"].Release.Tag)
		}
		if got != test.want {
			t.Errorf("to %q: %s, want %s", test.to, got, test.want)
		}
		if len(files.read) > test.reads {
			t.Errorf("to %q: %d reads", test.to, len(files.read))
		}
	}
	if _, err := Run(t.Context(), f.deployment("3")); err != nil {
		t.Fatal(err)
	}
	for _, tag := range []string{"4", "5", "6", "7"} {
		if _, err := Run(t.Context(), f.deployment(tag)); err != nil {
			t.Fatal(err)
		}
	}
	_, _, err := Earlier(t.Context(), f.journal, "1")
	if !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "rolling back to 1: it is older than the releases kept here; deploy it by its tag instead") {
		t.Errorf("error: %v", err)
	}
}

func TestVerifyReadsLiveOnce(t *testing.T) {
	t.Parallel()
	f, files := noting(t, "a")
	if _, _, err := Live(t.Context(), f.journal); err == nil || err.Error() != "verifying: nothing was deployed here yet" {
		t.Errorf("error: %v", err)
	}
	if _, err := Run(t.Context(), f.deployment("1")); err != nil {
		t.Fatal(err)
	}
	files.read = nil
	live, desired, err := Live(t.Context(), f.journal)
	if err != nil {
		t.Fatal(err)
	}
	proofs, err := Verify(t.Context(), live, desired, []deploy.Target{f.targets[0]})
	if err != nil || live.Tag != "1" || len(proofs["a"].Running) != 1 {
		t.Errorf("live %+v, proofs %+v, %v", live, proofs, err)
	}
	want := []string{"live.json", "history/1.json", "snapshots/1/desired.json", "snapshots/1/env.json"}
	if diff := cmp.Diff(want, files.read); diff != "" {
		t.Errorf("read (-want +got):\n%s", diff)
	}
	if _, err := Verify(t.Context(), live, desired, []deploy.Target{&note{name: "b"}}); err == nil || !strings.Contains(err.Error(), `verifying target "b": 1, which is live, has no such target`) {
		t.Errorf("error: %v", err)
	}
}
