package journal

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"git.example/slipway/pipelines/deploy"
)

var errKilled = errors.New("the process was killed")

// loose writes entries as a Slipway that knows no segments does.
func loose(t *testing.T, dir string, from, to int) {
	t.Helper()
	if err := os.MkdirAll(filepath.Join(dir, "history"), 0o755); err != nil {
		t.Fatal(err)
	}
	for id := from; id <= to; id++ {
		text := fmt.Sprintf("{\n  \"id\": %d,\n  \"tag\": \"t%d\",\n  \"by\": {},\n  \"started\": \"2026-11-27T09:34:27Z\",\n  \"outcome\": \"deployed\",\n  \"later\": [%d]\n}\n", id, id, id)
		if err := os.WriteFile(filepath.Join(dir, "history", strconv.Itoa(id)+".json"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// deployed is one deploy that worked, as far as the journal is concerned.
func deployed(t *testing.T, j *Journal, tag string) Entry {
	t.Helper()
	e, err := j.Begin(t.Context(), Entry{Tag: tag, Outcome: OutcomeRunning}, map[string]deploy.Desired{"web": {Project: "shop"}})
	if err != nil {
		t.Fatal(err)
	}
	e.Outcome, e.Ended = OutcomeDeployed, time.Now()
	if err := errors.Join(j.Save(t.Context(), e), j.SetLive(t.Context(), e)); err != nil {
		t.Fatal(err)
	}
	if err := dropAndCompact(t, j, e.ID); err != nil {
		t.Fatal(err)
	}
	return e
}

func dropAndCompact(t *testing.T, j *Journal, id int) error {
	keep, drop, err := j.Retained(t.Context(), id, 0)
	return errors.Join(err, j.Drop(t.Context(), drop, keep, id), j.Compact(t.Context()))
}

// whole fails unless the history is all entries from newest to 1.
func whole(t *testing.T, j *Journal, newest int) {
	t.Helper()
	entries, err := j.History(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != newest {
		t.Fatalf("%d entries, want %d", len(entries), newest)
	}
	for i, e := range entries {
		if e.ID != newest-i || e.Tag != fmt.Sprintf("t%d", e.ID) {
			t.Fatalf("entry %d is %d %s", i, e.ID, e.Tag)
		}
	}
}

func TestNewestEntriesAreFewReads(t *testing.T) {
	t.Parallel()
	const old = 3000
	files, dir := newCounting(), t.TempDir()
	loose(t, dir, 1, old)
	check := func(when string, newest, besides int) {
		t.Helper()
		for _, wanted := range []int{1, 20, 250} {
			files.reset()
			entries, err := New(files, dir, quick).History(t.Context(), wanted)
			if err != nil || len(entries) != wanted || entries[0].ID != newest || entries[wanted-1].ID != newest-wanted+1 {
				t.Fatalf("%s: %d entries, %v", when, len(entries), err)
			}
			if reads, most := int(files.reads.Load()), min(wanted, besides)+wanted/segmentEntries+3; reads > most || files.lists.Load() > 1 {
				t.Errorf("%s: the newest %d are %d reads and %d lists, want %d", when, wanted, reads, files.lists.Load(), most)
			}
		}
	}
	check("left by a Slipway that knows no segments", old, old)
	j := New(files, dir, quick)
	for i := range 8 {
		files.reset()
		deployed(t, j, fmt.Sprintf("t%d", old+1+i))
		if n := files.reads.Load(); n > segmentsPerDeploy*(segmentEntries+1)+20 {
			t.Errorf("a deploy reads %d files", n)
		}
	}
	check("after some deploys", old+8, looseEntries+compactFrom)
	whole(t, j, old+8)
	if files, err := os.ReadDir(filepath.Join(dir, "history")); err != nil || len(files) > old/segmentEntries+looseEntries+compactFrom+defaultKeep+2 {
		t.Errorf("%d files after some deploys, %v", len(files), err)
	}
}

func TestIDsAreGivenWithoutReading(t *testing.T) {
	t.Parallel()
	files, dir := newCounting(), t.TempDir()
	loose(t, dir, 1, 500)
	j := New(files, dir, quick)
	e, err := j.Begin(t.Context(), Entry{Tag: "t501"}, nil)
	if err != nil || e.ID != 501 {
		t.Fatalf("id %d, %v", e.ID, err)
	}
	if n := files.reads.Load(); n > 1 { // the version
		t.Errorf("%d reads", n)
	}
}

// Deploys that can be gone back to keep a file of their own however old they
// are, for a Slipway that knows no segments, until they are older than that.
func TestDeploysToGoBackToKeepTheirFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	j := New(deploy.LocalHost{}, dir, quick)
	deployed(t, j, "t1")
	deployed(t, j, "t2")
	loose(t, dir, 3, 60)
	there := func() (ids []int) {
		for _, id := range []int{1, 2, 3, 60} {
			if _, err := os.Stat(filepath.Join(dir, looseFile(id))); err == nil {
				ids = append(ids, id)
			}
		}
		return ids
	}
	if err := j.Compact(t.Context()); err != nil || !cmp.Equal(there(), []int{1, 2, 60}) {
		t.Errorf("files of %v, %v", there(), err)
	}
	whole(t, j, 60)
	for i := range defaultKeep {
		deployed(t, j, fmt.Sprintf("t%d", 61+i))
	}
	if !cmp.Equal(there(), []int{60}) {
		t.Errorf("files of %v", there())
	}
	whole(t, j, 60+defaultKeep)
}

// Every deploy that is made from nothing on: nothing is lost, in order.
func TestHistoryStaysWhole(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	j := New(deploy.LocalHost{}, dir, quick)
	for i := range 130 {
		e := deployed(t, j, fmt.Sprintf("t%d", i+1))
		if e.ID != i+1 {
			t.Fatalf("id %d, want %d", e.ID, i+1)
		}
	}
	whole(t, j, 130)
	for _, id := range []int{1, 100, 101, 130} {
		if e, err := j.Entry(t.Context(), id); err != nil || e.ID != id {
			t.Errorf("entry %d: %+v %v", id, e, err)
		}
	}
	if _, err := j.Entry(t.Context(), 131); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("an entry that does not exist: %v", err)
	}
	if files, err := os.ReadDir(filepath.Join(dir, "history")); err != nil || len(files) > 3+looseEntries+compactFrom+defaultKeep {
		t.Errorf("%d files, %v", len(files), err)
	}
}

// Whenever the process is killed while entries move, all are there, and the
// next deploy goes on.
func TestKilledWhileEntriesMove(t *testing.T) {
	t.Parallel()
	start := t.TempDir()
	loose(t, start, 1, 150)
	j := New(deploy.LocalHost{}, start, quick)
	for i := range 3 {
		deployed(t, j, fmt.Sprintf("t%d", 151+i)) // moves 143 of them
	}
	loose(t, start, 154, 190)
	for kill := int64(0); ; kill++ {
		dir := t.TempDir()
		if err := os.CopyFS(dir, os.DirFS(start)); err != nil {
			t.Fatal(err)
		}
		files := newCounting()
		files.left.Store(kill)
		j := New(files, dir, quick)
		err := j.Compact(t.Context())
		if err != nil && !errors.Is(err, errKilled) {
			t.Fatal(err)
		}
		whole(t, j, 190)
		killed := err != nil
		files.left.Store(-1)
		for i := range 2 {
			deployed(t, j, fmt.Sprintf("t%d", 191+i))
		}
		whole(t, j, 192)
		if !killed {
			if kill < 20 {
				t.Errorf("only %d changes", kill)
			}
			l, err := j.history.listing(t.Context())
			if err != nil || len(l.replaced) > 0 {
				t.Errorf("left: %v, %v", l.replaced, err)
			}
			return
		}
	}
}

// Whoever reads the history while a deploy moves entries sees all of them.
func TestHistoryIsReadWhileEntriesMove(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	loose(t, dir, 1, 600)
	moved := make(chan error)
	go func() {
		moved <- New(deploy.LocalHost{}, dir, quick).Compact(t.Context())
	}()
	for {
		whole(t, New(deploy.LocalHost{}, dir, quick), 600)
		select {
		case err := <-moved:
			if err != nil {
				t.Error(err)
			}
			return
		default:
		}
	}
}

// A Slipway that knows no segments goes on counting, and what it writes is read.
func TestOlderSlipwayDeploysInBetween(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	j := New(deploy.LocalHost{}, dir, quick)
	for i := range 60 {
		deployed(t, j, fmt.Sprintf("t%d", i+1))
	}
	names, err := os.ReadDir(filepath.Join(dir, "history"))
	if err != nil {
		t.Fatal(err)
	}
	var ids []int // as it lists them
	for _, name := range names {
		if id, err := strconv.Atoi(strings.TrimSuffix(name.Name(), ".json")); err == nil {
			ids = append(ids, id)
		}
	}
	if got := slices.Max(ids); got != 60 {
		t.Fatalf("it sees %d as the newest", got)
	}
	loose(t, dir, 61, 64)
	whole(t, j, 64)
	if e := deployed(t, j, "t65"); e.ID != 65 {
		t.Errorf("id %d", e.ID)
	}
	whole(t, j, 65)
}

// What a newer Slipway of the same format writes stays, in entries that are
// written again and in those that move.
func TestUnknownKeysStay(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	loose(t, dir, 1, 40)
	j := New(deploy.LocalHost{}, dir, quick)
	e, err := j.Entry(t.Context(), 40)
	if err != nil {
		t.Fatal(err)
	}
	e.Outcome = OutcomeInterrupted
	if err := j.Save(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	if err := j.Compact(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, id := range []int{1, 40} {
		e, err := j.Entry(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		var later []int
		if err := json.Unmarshal(e.Unknown["later"], &later); err != nil || !cmp.Equal(later, []int{id}) {
			t.Errorf("entry %d: %s, %v", id, e.Unknown["later"], err)
		}
	}
	if e, err := j.Entry(t.Context(), 40); err != nil || e.Outcome != OutcomeInterrupted {
		t.Errorf("entry 40: %+v, %v", e, err)
	}
}
