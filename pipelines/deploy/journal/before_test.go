package journal

import (
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"git.example/slipway/pipelines/deploy"
)

// before is a copy of the journal of a Slipway that knew no versions; see
// testdata/README.md.
func before(t *testing.T) *Journal {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("testdata/main")); err != nil {
		t.Fatal(err)
	}
	return New(deploy.LocalHost{}, dir, quick)
}

func TestJournalOfTheSlipwayBefore(t *testing.T) {
	t.Parallel()
	j := before(t)
	history, err := j.History(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range history {
		got = append(got, e.Tag+" "+string(e.Outcome))
		if e.Unknown != nil {
			t.Errorf("unknown keys: %v", e.Unknown)
		}
	}
	want := []string{"5_7bdc7ec running", "4_2cc68ee deployed", "1_d88e2b3 rollback", "3_d56de42 rolled-back", "2_7d41198 deployed", "1_d88e2b3 deployed"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("history (-want +got):\n%s", diff)
	}
	live, err := j.Live(t.Context())
	if err != nil || live == nil || live.ID != 5 {
		t.Fatalf("live: %+v, %v", live, err)
	}
	desired, err := j.Desired(t.Context(), live.ID)
	if err != nil || desired["app"].Env["TOKEN"].Reveal() != "canary-4" || desired["data"].Files["data.yml"] == "" {
		t.Errorf("snapshot: %+v, %v", desired, err)
	}
	keep, drop, err := j.Retained(t.Context(), live.ID, 0)
	if err != nil || !cmp.Equal(keep, []int{5, 4, 2}) || !cmp.Equal(drop, []int{6}) {
		t.Errorf("kept %v, dropped %v, %v", keep, drop, err)
	}
	held, err := j.Held(t.Context())
	if err != nil || held == nil || held.N != 6 || held.Release != "5_7bdc7ec" || held.Process.PID == 0 {
		t.Errorf("held by %+v, %v", held, err)
	}
	lease, _, err := acquire(t, j, "bob", 0)
	if err != nil || lease.Info.N != 7 {
		t.Fatalf("taking over: %+v, %v", lease, err)
	}
	if err := lease.Release(t.Context()); err != nil {
		t.Error(err)
	}
}
