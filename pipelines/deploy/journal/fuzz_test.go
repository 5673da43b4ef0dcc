package journal

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"git.example/slipway/pipelines/deploy"
)

// FuzzEntry wants an entry that was read to be written so that it is read back
// the same, with the keys that only a newer Slipway knows.
func FuzzEntry(f *testing.F) {
	f.Add(`{"id":1,"tag":"1_abcdef0","by":{"user":"ana"},"started":"2024-01-02T03:04:05Z","outcome":"deployed","signer":{"key":1}}`)
	f.Add(`{"ID":1,"id":2,"Unknown":{"id":3}}`)
	f.Fuzz(func(t *testing.T, text string) {
		var e, again Entry
		if json.Unmarshal([]byte(text), &e) != nil {
			return
		}
		data, err := json.MarshalIndent(e, "", "  ")
		if err != nil {
			t.Skip() // a time that JSON can't hold
		}
		if err := json.Unmarshal(data, &again); err != nil {
			t.Fatalf("%s can't be read: %v", data, err)
		}
		sameJSON := cmp.Comparer(func(a, b json.RawMessage) bool {
			var x, y any
			return json.Unmarshal(a, &x) == nil && json.Unmarshal(b, &y) == nil && cmp.Equal(x, y)
		})
		if diff := cmp.Diff(e, again, cmpopts.EquateEmpty(), sameJSON); diff != "" {
			t.Errorf("%s is read back differently: %s", text, diff)
		}
	})
}

// FuzzListing wants each entry that a directory's names promise exactly once,
// newest first, whatever else is there.
func FuzzListing(f *testing.F) {
	f.Add("1.json\n2.json\n3.json\n1-2.json\n4-9.json\n10.json", 3, 8)
	f.Add("-5.json\n5-2.json\n1--1.json\n9223372036854775807.json\n0-9223372036854775807.json", 1, math.MaxInt)
	f.Fuzz(func(t *testing.T, names string, most, older int) {
		if most < 1 || most > 1000 {
			return
		}
		l := newListing(strings.Split(names, "\n"))
		l.newest()
		last := math.MaxInt
		for _, p := range l.pieces(older, most) {
			if len(p.loose) == 0 {
				if p.segment.first > last {
					t.Errorf("segment %v comes after %d", p.segment, last)
				}
				last = p.segment.first
				continue
			}
			if len(p.loose) > most {
				t.Errorf("%d at once, of %d at most", len(p.loose), most)
			}
			for _, id := range p.loose {
				if id >= older || id > last {
					t.Errorf("%d comes after %d, older than %d", id, last, older)
				}
				last = id
			}
		}
		l.movable()
	})
}

// FuzzJournal wants an answer or an error from a journal in which a file is
// anything: its host is foreign.
func FuzzJournal(f *testing.F) {
	files := []string{"journal.json", "live.json", "history/1.json", "history/1-3.json", "lock/1/info.json", "snapshots/1/desired.json", "snapshots/1/env.json", "history/2.json"}
	f.Add(0, `{"version":3}`)
	f.Add(1, `{"id":1,"tag":"x"}`)
	f.Add(3, `{"entries":[{"id":2},null,{"id":9}]}`)
	f.Add(4, `{"n":1,"manual":true}`)
	f.Add(5, "null")
	f.Add(6, `{"b":{"K":"v"}}`)
	f.Fuzz(func(t *testing.T, which int, content string) {
		dir := t.TempDir()
		for name, text := range map[string]string{"live.json": `{"id":1,"tag":"1_abcdef0"}`, "history/1.json": `{"id":1,"tag":"1_abcdef0","outcome":"deployed"}`,
			"snapshots/1/desired.json": `{"a":{}}`, "snapshots/1/env.json": `{"a":{"K":"v"}}`} {
			writeJournalFile(t, dir, name, text)
		}
		if which < 0 || which >= len(files) {
			return
		}
		writeJournalFile(t, dir, files[which], content)
		j := New(deploy.LocalHost{}, dir, LeaseTimes{})
		_, _ = j.Live(t.Context())
		_, _ = j.Begun(t.Context())
		_, _ = j.Held(t.Context())
		_, _ = j.Desired(t.Context(), 1)
		entries, err := j.History(t.Context(), 5)
		if err != nil {
			return
		}
		if !slices.IsSortedFunc(entries, func(a, b Entry) int { return b.ID - a.ID }) {
			t.Errorf("history is out of order: %v", entries)
		}
	})
}

func writeJournalFile(t *testing.T, dir, name, content string) {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}
