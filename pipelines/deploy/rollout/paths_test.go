package rollout

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/release"
)

func TestPathsGoOnTopOfWhatIsLive(t *testing.T) {
	live := deploy.Layer{Commit: "live", From: "dags", Tree: "1"}
	old := deploy.Layer{Commit: "old", From: "dags", Tree: "2"}
	with := func(l deploy.Layer, paths ...string) deploy.Layer { l.Paths = paths; return l }
	for name, test := range map[string]struct {
		before, wanted []deploy.Layer
		paths          []string
		want           []deploy.Layer
		refused        bool
	}{
		"one file":                  {before: []deploy.Layer{live}, wanted: []deploy.Layer{old}, paths: []string{"a"}, want: []deploy.Layer{live, with(old, "a")}},
		"the same file again":       {before: []deploy.Layer{live, with(live, "a")}, wanted: []deploy.Layer{old}, paths: []string{"a"}, want: []deploy.Layer{live, with(old, "a")}},
		"another file":              {before: []deploy.Layer{live, with(old, "a")}, wanted: []deploy.Layer{old}, paths: []string{"b"}, want: []deploy.Layer{live, with(old, "a"), with(old, "b")}},
		"of one that is layered":    {before: []deploy.Layer{live}, wanted: []deploy.Layer{old, with(live, "lib/a")}, paths: []string{"lib"}, want: []deploy.Layer{live, with(old, "lib"), with(live, "lib/a")}},
		"nothing is live":           {wanted: []deploy.Layer{old}, paths: []string{"a"}, refused: true},
		"what is live is no commit": {before: []deploy.Layer{{Tree: "3"}}, wanted: []deploy.Layer{old}, paths: []string{"a"}, refused: true},
		"from another directory":    {before: []deploy.Layer{live}, wanted: []deploy.Layer{{Commit: "old", From: "other"}}, paths: []string{"a"}, refused: true},
	} {
		t.Run(name, func(t *testing.T) {
			before := deploy.Desired{Release: release.Record{Tag: "75"}, Sync: test.before}
			got, err := onTop(deploy.Desired{Release: release.Record{Tag: "74"}, Sync: test.wanted, Paths: test.paths}, before)
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
