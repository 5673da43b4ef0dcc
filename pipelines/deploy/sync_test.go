package deploy

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"git.example/slipway/pipelines/release"
)

func TestPathsGoOnTopOfWhatIsLive(t *testing.T) {
	live := Layer{Commit: "live", From: "dags", Tree: "1"}
	old := Layer{Commit: "old", From: "dags", Tree: "2"}
	with := func(l Layer, paths ...string) Layer { l.Paths = paths; return l }
	for name, test := range map[string]struct {
		before, wanted []Layer
		paths          []string
		want           []Layer
		refused        bool
	}{
		"one file":                  {before: []Layer{live}, wanted: []Layer{old}, paths: []string{"a"}, want: []Layer{live, with(old, "a")}},
		"the same file again":       {before: []Layer{live, with(live, "a")}, wanted: []Layer{old}, paths: []string{"a"}, want: []Layer{live, with(old, "a")}},
		"another file":              {before: []Layer{live, with(old, "a")}, wanted: []Layer{old}, paths: []string{"b"}, want: []Layer{live, with(old, "a"), with(old, "b")}},
		"of one that is layered":    {before: []Layer{live}, wanted: []Layer{old, with(live, "lib/a")}, paths: []string{"lib"}, want: []Layer{live, with(old, "lib"), with(live, "lib/a")}},
		"nothing is live":           {wanted: []Layer{old}, paths: []string{"a"}, refused: true},
		"what is live is no commit": {before: []Layer{{Tree: "3"}}, wanted: []Layer{old}, paths: []string{"a"}, refused: true},
		"from another directory":    {before: []Layer{live}, wanted: []Layer{{Commit: "old", From: "other"}}, paths: []string{"a"}, refused: true},
	} {
		t.Run(name, func(t *testing.T) {
			before := Desired{Release: release.Record{Tag: "75"}, Sync: test.before}
			got, err := Desired{Release: release.Record{Tag: "74"}, Sync: test.wanted, Paths: test.paths}.over(before)
			if test.refused {
				if err == nil {
					t.Errorf("not refused: %+v", got.Sync)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got.Sync); diff != "" {
				t.Error(diff)
			}
			if got.Release.Tag != "75" {
				t.Errorf("release %s, want the live one", got.Release.Tag)
			}
		})
	}
}
