package deploy

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAsExpected(t *testing.T) {
	t.Parallel()
	saved := Plan{
		Target: "web", Pins: []Pin{{"api", "a1"}, {"db", "d1"}},
		Changes: []Change{{Kind: Replace, Subject: "api", Before: "1", After: "2"}, {Kind: RunStep, Subject: "api", After: "a"}, {Kind: RunStep, Subject: "api", After: "b"}},
	}
	tests := map[string]struct {
		now  []Plan
		want []string
	}{
		"the same": {now: []Plan{saved}},
		"another container": {
			now:  []Plan{{Target: "web", Pins: []Pin{{"api", "a2"}, {"db", "d1"}}, Changes: saved.Changes}},
			want: []string{"target web: api: was a1, is a2"},
		},
		"something is gone, something new": {
			now:  []Plan{{Target: "web", Pins: []Pin{{"api", "a1"}, {"cache", "c1"}}, Changes: saved.Changes}},
			want: []string{"target web: cache: new, is c1", "target web: db: was d1, now gone"},
		},
		"a step less": {
			now:  []Plan{{Target: "web", Pins: saved.Pins, Changes: saved.Changes[:2]}},
			want: []string{"target web: run api: planned -> a; -> b, would be -> a"},
		},
		"another target": {
			now:  []Plan{{Target: "dags"}},
			want: []string{"target dags: the saved plan does not have it", "target web: it is not there any more"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := &run{Deployment: Deployment{Expect: []Plan{saved}}, plans: test.now}
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
