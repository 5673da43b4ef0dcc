package journal

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"git.example/slipway/pipelines/deploy"
)

// write makes a file of the journal in dir.
func write(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := (deploy.LocalHost{}).WriteFile(t.Context(), filepath.Join(dir, name), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// tree is every file below dir, and its content.
func tree(t *testing.T, dir string) string {
	t.Helper()
	var all strings.Builder
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		fmt.Fprintf(&all, "%s: %s\n", path, text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all.String()
}

// A journal, or any file of it, that a newer Slipway wrote is refused with what
// to do, and nothing is changed.
func TestNewerJournalIsRefused(t *testing.T) {
	t.Parallel()
	const newer = `{"version": 3, "id": 1}`
	everything := map[string]func(*Journal, *testing.T) error{
		"live":    func(j *Journal, t *testing.T) error { _, err := j.Live(t.Context()); return err },
		"history": func(j *Journal, t *testing.T) error { _, err := j.History(t.Context(), 0); return err },
		"desired": func(j *Journal, t *testing.T) error { _, err := j.Desired(t.Context(), 1); return err },
		"held":    func(j *Journal, t *testing.T) error { _, err := j.Held(t.Context()); return err },
		"unlock":  func(j *Journal, t *testing.T) error { _, err := j.Unlock(t.Context()); return err },
		"lock":    func(j *Journal, t *testing.T) error { _, err := j.Lock(t.Context(), Holder{}, ""); return err },
		"acquire": func(j *Journal, t *testing.T) error { _, _, err := acquire(t, j, "ana", 0); return err },
		"begin":   func(j *Journal, t *testing.T) error { _, err := j.Begin(t.Context(), Entry{}, nil); return err },
		"compact": func(j *Journal, t *testing.T) error { return j.Compact(t.Context()) },
	}
	tests := map[string]struct {
		file  string
		calls []string
	}{
		"the journal":  {"journal.json", []string{"live", "history", "desired", "held", "unlock", "lock", "acquire", "begin", "compact"}},
		"an entry":     {"history/1.json", []string{"live", "history"}},
		"a segment":    {"history/1-100.json", []string{"history"}},
		"the pointer":  {"live.json", []string{"live"}},
		"a snapshot":   {"snapshots/1/desired.json", []string{"desired"}},
		"an env file":  {"snapshots/1/env.json", []string{"desired"}},
		"who locks it": {"lock/1/info.json", []string{"held", "unlock", "lock", "acquire"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, call := range test.calls {
				dir := t.TempDir()
				write(t, dir, "live.json", `{"id": 1}`)
				write(t, dir, "snapshots/1/desired.json", `{}`)
				write(t, dir, test.file, newer)
				before := tree(t, dir)
				err := everything[call](New(deploy.LocalHost{}, dir, quick), t)
				want := fmt.Sprintf("reading the journal in %q: a newer slipway wrote it (%s has format version 3, this slipway knows up to 2), so nothing was changed; install a newer slipway", dir, test.file)
				if err == nil || err.Error() != want {
					t.Errorf("%s: error %v, want %s", call, err, want)
				}
				if !errors.As(err, new(*Newer)) {
					t.Errorf("%s: %v is no *Newer", call, err)
				}
				if after := tree(t, dir); after != before {
					t.Errorf("%s changed something:\n%s", call, after)
				}
			}
		})
	}
}

// A target may be called version.
func TestTargetCalledVersion(t *testing.T) {
	t.Parallel()
	j := testJournal(t)
	e, err := j.Begin(t.Context(), Entry{Tag: "1"}, map[string]deploy.Desired{"version": {Project: "shop"}})
	if err != nil {
		t.Fatal(err)
	}
	if desired, err := j.Desired(t.Context(), e.ID); err != nil || desired["version"].Project != "shop" {
		t.Errorf("%+v, %v", desired, err)
	}
}

// A newer Slipway that deploys while we wait for its lock has written what we
// can't read.
func TestJournalBecomesNewerWhileWeWait(t *testing.T) {
	t.Parallel()
	j := testJournal(t)
	if err := j.CheckVersion(t.Context()); err != nil {
		t.Fatal(err)
	}
	write(t, j.store.dir, versionFile, `{"version": 3}`)
	if _, _, err := acquire(t, j, "ana", 0); !errors.As(err, new(*Newer)) {
		t.Errorf("error: %v", err)
	}
	write(t, j.store.dir, versionFile, `{"version": 1}`)
	if held, err := testAgain(j).Held(t.Context()); err != nil || held != nil {
		t.Errorf("the lock stays: %v, %v", held, err)
	}
}

// testAgain is the same journal in another process.
func testAgain(j *Journal) *Journal { return New(deploy.LocalHost{}, j.store.dir, quick) }

func TestWhoeverLocksSaysTheVersion(t *testing.T) {
	t.Parallel()
	j := testJournal(t)
	if _, err := j.Lock(t.Context(), Holder{}, ""); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(j.store.dir, versionFile))
	if err != nil || string(text) != "{\n  \"version\": 1\n}\n" {
		t.Errorf("%s, %v", text, err)
	}
}
