package journal

import (
	"os"
	"path/filepath"
	"testing"

	"git.example/slipway/pipelines/deploy"
)

// What a killed run had begun to write goes when the next one takes its lock; what
// is not such a file stays, and so does everything while a lock was given back.
func TestUnfinishedFilesOfAKilledRun(t *testing.T) {
	t.Parallel()
	files := map[string]bool{ // whether it is unfinished
		".live.json.CNIXVOGIJO": true, ".journal.json.1234567890": true, "history/.12.json.ABCDEFGH23": true, "history/.1-100.json.99": true,
		"snapshots/12/.env.json.YHGZCHSMR2": true, "snapshots/9/env.json": false, "snapshots/12/desired.json": false,
		"live.json": false, ".live.json": false, ".live.json.backup": false, "history/12.json": false, ".env.ABCDEFGH23": false,
	}
	for _, killed := range []bool{true, false} {
		dir := t.TempDir()
		j := New(deploy.LocalHost{}, dir, quick)
		if killed {
			strand(t, j, 1, LockInfo{Process: process{Boot: "other", PID: 1}})
		} else {
			lease, _, err := acquire(t, j, "ana", 0)
			if err != nil {
				t.Fatal(err)
			}
			if err := lease.Release(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		for _, name := range []string{"history", "snapshots/9", "snapshots/12"} {
			if err := os.MkdirAll(filepath.Join(dir, name), 0o755); err != nil {
				t.Fatal(err)
			}
		}
		for name := range files {
			if err := os.WriteFile(filepath.Join(dir, name), []byte("{}"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		lease, _, err := acquire(t, j, "bob", 0)
		if err != nil {
			t.Fatal(err)
		}
		for name, unfinished := range files {
			_, err := os.Stat(filepath.Join(dir, name))
			if gone := err != nil; gone != (unfinished && killed) {
				t.Errorf("after a run that was killed (%v): %s is gone: %v", killed, name, gone)
			}
		}
		if err := lease.Release(t.Context()); err != nil {
			t.Error(err)
		}
	}
}
