package rollout

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"git.example/slipway/internal/awsfake"
	"git.example/slipway/pipelines/aws"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/journal"
)

// roomFor is Files that have room for so many entries of a history.
type roomFor struct {
	deploy.Files
	entries int
}

func (r roomFor) Entries() int { return r.entries }

// Where there is little room the oldest entries go, never the live release nor
// one that can be gone back to; ids go on counting.
func TestHistoryHasABound(t *testing.T) {
	s := awsfake.New(t, awsfake.Options{})
	s.Setenv(t)
	names := s.Parameters().Names
	files := roomFor{aws.New(nil, aws.Run{}).Files(aws.Options{}, "/slipway/shop/prod"), 4}
	f := &fleet{journal: journal.New(files, "/", journal.LeaseTimes{TTL: 4 * time.Second, Beat: 200 * time.Millisecond})}
	f.targets = []*note{{name: "web", runs: &f.runs, refuse: "bad"}}
	deploy := func(tag string) error {
		d := f.deployment(tag)
		d.Keep = 2
		_, err := Run(t.Context(), d)
		return err
	}
	for _, tag := range []string{"1", "2"} {
		if err := deploy(tag); err != nil {
			t.Fatal(err)
		}
	}
	for range 6 { // 3 to 8: what can be gone back to is older than the history has room for
		if err := deploy("bad"); err == nil {
			t.Fatal("it did not fail")
		}
	}
	d := f.deployment("")
	d.Keep = 2
	if _, err := rollback(t, d, ""); err != nil { // 9
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"9 1", "8 bad", "7 bad", "6 bad", "2 2"}, f.history(t)); diff != "" {
		t.Errorf("history (-want +got):\n%s", diff)
	}
	if _, err := rollback(t, d, "2"); err != nil { // 10
		t.Fatal(err)
	}
	for i := range 9 {
		if err := deploy(fmt.Sprint(i + 3)); err != nil { // 11 to 19
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff([]string{"19 11", "18 10", "17 9", "16 8"}, f.history(t)); diff != "" {
		t.Errorf("history (-want +got):\n%s", diff)
	}
	before := len(names())
	for i := range 5 {
		if err := deploy(fmt.Sprint(i + 20)); err != nil {
			t.Fatal(err)
		}
	}
	if after := names(); len(after) > before {
		t.Errorf("%d parameters, then %d: %v", before, len(after), slices.Sorted(slices.Values(after)))
	}
}

// history is "id tag" of each entry, newest first.
func (f *fleet) history(t *testing.T) []string {
	t.Helper()
	entries, err := f.journal.History(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, e := range entries {
		all = append(all, fmt.Sprintf("%d %s", e.ID, e.Tag))
	}
	return all
}
