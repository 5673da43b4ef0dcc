package rollout

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"git.example/slipway/pipelines/deploy"
)

func TestAsExpected(t *testing.T) {
	t.Parallel()
	saved := deploy.Plan{
		Target: "web", Pins: []deploy.Pin{{Subject: "api", Value: "a1"}, {Subject: "db", Value: "d1"}},
		Changes: []deploy.Change{{Kind: deploy.Replace, Subject: "api", Before: "1", After: "2"}, {Kind: deploy.RunStep, Subject: "api", After: "a"}, {Kind: deploy.RunStep, Subject: "api", After: "b"}},
	}
	tests := map[string]struct {
		now  []deploy.Plan
		want []string
	}{
		"the same": {now: []deploy.Plan{saved}},
		"another container": {
			now:  []deploy.Plan{{Target: "web", Pins: []deploy.Pin{{Subject: "api", Value: "a2"}, {Subject: "db", Value: "d1"}}, Changes: saved.Changes}},
			want: []string{"target web: api: was a1, is a2"},
		},
		"something is gone, something new": {
			now:  []deploy.Plan{{Target: "web", Pins: []deploy.Pin{{Subject: "api", Value: "a1"}, {Subject: "cache", Value: "c1"}}, Changes: saved.Changes}},
			want: []string{"target web: cache: new, is c1", "target web: db: was d1, now gone"},
		},
		"a step less": {
			now:  []deploy.Plan{{Target: "web", Pins: saved.Pins, Changes: saved.Changes[:2]}},
			want: []string{"target web: run api: planned -> a; -> b, would be -> a"},
		},
		"another target": {
			now:  []deploy.Plan{{Target: "dags"}},
			want: []string{"target dags: the saved plan does not have it", "target web: it is not there any more"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := &attempt{Deployment: Deployment{Expect: []deploy.Plan{saved}}, plans: test.now}
			err := r.asExpected()
			var moved *Moved
			if errors.As(err, &moved) != (test.want != nil) {
				t.Fatalf("got %v", err)
			}
			if moved != nil {
				if diff := cmp.Diff(test.want, moved.Differences); diff != "" {
					t.Error(diff)
				}
			}
		})
	}
}
