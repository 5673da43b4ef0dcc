package rollout

import (
	"encoding/json"
	"path"
	"strconv"
	"testing"
	"time"

	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/journal"
)

var quick = journal.LeaseTimes{TTL: 2 * time.Second, Beat: 100 * time.Millisecond}

// testJournal is an empty journal, and the directory that it is in.
func testJournal(t *testing.T) (*journal.Journal, string) {
	dir := t.TempDir()
	return journal.New(deploy.LocalHost{}, dir, quick), dir
}

// takeOver writes the lock of another run, which took number n.
func takeOver(t *testing.T, dir string, n int, info journal.LockInfo) {
	t.Helper()
	info.N = n
	text, err := json.Marshal(info)
	if err != nil {
		t.Fatal(err)
	}
	file := path.Join(dir, "lock", strconv.Itoa(n), "info.json")
	if err := (deploy.LocalHost{}).WriteFile(t.Context(), file, text, 0o644); err != nil {
		t.Fatal(err)
	}
}

// rollback goes back to the release tagged to, or to the one before.
func rollback(t *testing.T, d Deployment, to string) (Result, error) {
	t.Helper()
	entry, desired, err := Earlier(t.Context(), d.Journal, to)
	if err != nil {
		return Result{}, err
	}
	return Rollback(t.Context(), d, entry, desired)
}
