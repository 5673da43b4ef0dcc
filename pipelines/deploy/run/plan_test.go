package run

import (
	"io"
	"os"
	"path/filepath"
	"testing"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/release"
)

func TestPlanRunsOnceForARelease(t *testing.T) {
	ran := state{Tag: "75", Epoch: "7", Done: true}
	for name, test := range map[string]struct {
		tag        string
		returning  bool
		onRollback bool
		last       state
		epoch      string
		want       bool
	}{
		"the first deploy":                        {tag: "75", want: true},
		"an earlier release ran":                  {tag: "76", last: ran, epoch: "8", want: true},
		"the deploy was killed after it":          {tag: "75", last: ran, epoch: "7", want: false},
		"it was killed itself":                    {tag: "75", last: state{Tag: "75", Epoch: "7"}, epoch: "7", want: true},
		"the deploy failed later and went back":   {tag: "75", last: ran, epoch: "8", want: true},
		"the live release once more":              {tag: "75", returning: true, last: ran, epoch: "8", want: false},
		"a rollback":                              {tag: "74", returning: true, last: ran, epoch: "8", want: false},
		"a rollback, as the config wants":         {tag: "74", returning: true, onRollback: true, last: ran, epoch: "8", want: true},
		"the live release, with on-rollback":      {tag: "75", returning: true, onRollback: true, last: ran, epoch: "8", want: false},
		"back to nothing":                         {returning: true, onRollback: true, last: ran, epoch: "8", want: false},
		"the one before, after one that half ran": {tag: "74", returning: true, onRollback: true, last: state{Tag: "75", Epoch: "7"}, epoch: "7", want: true},
		"forward again, after a rollback of it":   {tag: "75", last: ran, epoch: "9", want: true},
	} {
		t.Run(name, func(t *testing.T) {
			target := New(Options{Name: "purge", Config: config.RunTarget{Image: "alpine", OnRollback: test.onRollback}})
			d := deploy.Desired{Release: release.Record{Tag: test.tag}, Returning: test.returning}
			p, err := target.Plan(d, deploy.Observed{State: observation{last: test.last, epoch: test.epoch}})
			if err != nil {
				t.Fatal(err)
			}
			if got := !p.Empty(); got != test.want {
				t.Errorf("runs: %v, want %v", got, test.want)
			}
		})
	}
}

// What a killed run had begun to write goes; a file that is not ours stays.
func TestSettle(t *testing.T) {
	dir := t.TempDir()
	files := map[string]bool{".state.json.123": true, ".state.json.ABCDEFGH27": true, "state.json": false, ".other.json.123": false}
	for name := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("{}"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := New(Options{Name: "purge", Files: deploy.LocalHost{}, State: dir}).Settle(t.Context(), io.Discard); err != nil {
		t.Fatal(err)
	}
	for name, unfinished := range files {
		if _, err := os.Stat(filepath.Join(dir, name)); (err != nil) != unfinished {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := New(Options{Name: "purge", Files: deploy.LocalHost{}, State: dir + "/none"}).Settle(t.Context(), io.Discard); err != nil {
		t.Error(err)
	}
}
