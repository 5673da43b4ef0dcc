package fleet_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"git.example/slipway/internal/longtest"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/journal"
	"git.example/slipway/pipelines/report"
)

// Each fault strikes a fleet of three behind real sshd. Afterwards all hosts
// that can be reached serve the release before, the history does not claim
// more, and the next deploy works.
func TestFaults(t *testing.T) {
	longtest.Need(t)
	t.Parallel()
	tests := []struct {
		name string
		// strike breaks something, at once or during the deploy; heal ends it.
		strike func(r *cluster, tag string)
		heal   func(r *cluster)
		want   []string
		down   []int // hosts that could not be brought back
		last   journal.Outcome
		began  bool // the deploy got as far as the history
	}{
		{
			name:   "down before",
			strike: func(r *cluster, _ string) { r.stop(1) },
			heal:   func(r *cluster) { r.start(1) },
			want:   []string{"host app2: "},
		},
		{
			name: "down during its turn",
			strike: func(r *cluster, _ string) {
				r.reports = &when{text: "app2 | web: starting", do: func() { r.stop(1) }}
			},
			heal:  func(r *cluster) { r.start(1) },
			want:  []string{"host app2: ", "going back failed, too"},
			down:  []int{1},
			began: true, last: journal.OutcomeFailed,
		},
		{
			name: "down after its turn",
			strike: func(r *cluster, _ string) {
				r.reports = &when{text: "app3 | web: starting", do: func() { r.stop(1) }}
			},
			heal:  func(r *cluster) { r.start(1) },
			want:  []string{"app2: host state: want reachable: got unreachable", "going back failed, too"},
			down:  []int{1},
			began: true, last: journal.OutcomeFailed,
		},
		{
			name:   "image missing in the registry",
			strike: func(r *cluster, tag string) { r.missing(tag) },
			want:   []string{"pulling the images of target \"app\": 3 hosts (app1, app2, app3): pulling image"},
		},
		{
			name:   "never healthy",
			strike: func(r *cluster, tag string) { r.fails(2, tag, "unhealthy") },
			want:   []string{"host app3: service \"web\"", "it is unhealthy", "1 runs again"},
			began:  true, last: journal.OutcomeRolledBack,
		},
		{
			name:   "crash loop",
			strike: func(r *cluster, tag string) { r.fails(0, tag, "crash") },
			want:   []string{"host app1: service \"web\"", "exit code 7", "about to crash", "1 runs again"},
			began:  true, last: journal.OutcomeRolledBack,
		},
		{
			name: "migration fails",
			strike: func(r *cluster, tag string) {
				r.Before = migrate()
				r.fails(0, tag, "refuse")
			},
			heal:  func(r *cluster) { r.Before = nil },
			want:  []string{"host app1: step \"migrate\" in service \"web\" ended with exit code 1", "1 runs again"},
			began: true, last: journal.OutcomeRolledBack,
		},
		{
			name: "lock held",
			strike: func(r *cluster, _ string) {
				if _, err := r.journal().Lock(r.t.Context(), journal.Holder{User: "bob"}, "no deploys today"); err != nil {
					r.t.Fatal(err)
				}
			},
			heal: func(r *cluster) {
				if _, err := r.journal().Unlock(r.t.Context()); err != nil {
					r.t.Fatal(err)
				}
			},
			want: []string{"locked by hand by bob", "no deploys today"},
		},
		{
			name: "the journal's host is gone for a while",
			strike: func(r *cluster, _ string) {
				r.reports = &when{text: "app2 | web: starting", do: func() {
					r.stop(0)
					time.AfterFunc(4*time.Second, func() { r.start(0) })
				}}
			},
			began: true,
		},
	}
	r := newCluster(t, 3)
	r.Batches = []string{"1", "1", "1"}
	r.release("1")
	r.mustDeploy("1")
	for i, test := range tests {
		tag := fmt.Sprintf("bad%d", i)
		t.Run(test.name, func(t *testing.T) {
			outer := r.t
			r.t = t
			defer func() { r.t = outer }()
			r.release(tag)
			began := len(r.outcomes())
			test.strike(r, tag)
			_, err := r.deploy(tag)
			r.reports = &when{text: "\x00"}
			if len(test.want) == 0 && err != nil || len(test.want) > 0 && err == nil {
				t.Errorf("error: %v", err)
			}
			for _, want := range test.want {
				if err != nil && !strings.Contains(err.Error(), want) {
					t.Errorf("the error does not say %q: %v", want, err)
				}
			}
			if test.heal != nil {
				test.heal(r)
			}
			switch {
			case err == nil:
				r.wantOne(tag)
			default:
				r.wantOne("1", test.down...)
			}
			if got := len(r.outcomes()) - began; got != map[bool]int{true: 1}[test.began] {
				t.Errorf("history %v", r.outcomes())
			}
			if last := r.outcomes()[len(r.outcomes())-1]; test.last != "" && last != tag+" "+string(test.last) {
				t.Errorf("history ends with %s, want %s", last, test.last)
			}
			r.mustDeploy("1")
			r.wantOne("1")
		})
	}
}

// missing makes a release whose image is not in the registry.
func (s *stacks) missing(tag string) {
	image := s.Images[tag]["web"]
	digest := "sha256:" + strings.Repeat("0", 64)
	image.Reference, image.Accepted = image.Repository()+"@"+digest, []string{digest}
	s.Images[tag] = map[string]deploy.Image{"web": image}
}

// The connection to one host is cut while an operation is under way: to the
// first host, which has the journal, and to another one.
func TestConnectionCutAtEachStep(t *testing.T) {
	longtest.Need(t)
	t.Parallel()
	r := newCluster(t, 2)
	r.Before = migrate()
	r.release("0")
	r.mustDeploy("0")
	for host := range 2 {
		// How many operations there are, and a sample of them.
		count := 0
		r.onOperation(func(i int, op string) {
			if i == host && filepath.Base(op) != "beat" { // those come with time
				r.mu.Lock()
				count++
				r.mu.Unlock()
			}
		})
		tag := fmt.Sprintf("count%d", host)
		r.release(tag)
		r.mustDeploy(tag)
		total := count
		live := tag
		const samples = 5
		for k := range samples {
			at := 1 + k*total/samples
			tag := fmt.Sprintf("cut%d-%d", host, k)
			r.release(tag)
			count = 0
			what := ""
			r.onOperation(func(i int, op string) {
				r.mu.Lock()
				defer r.mu.Unlock()
				if i != host || filepath.Base(op) == "beat" {
					return
				}
				if count++; count == at {
					what = op
					time.AfterFunc(time.Duration(k*7)*time.Millisecond, r.proxies[host].Cut) // just before it, or in the middle
				}
			})
			_, err := r.deploy(tag)
			r.onOperation(nil)
			t.Logf("host %d, operation %d of %d (%s): %v", host+1, at, total, filepath.Base(what), err)
			r.consistent(live, tag, err)
			if err == nil {
				live = tag
			}
		}
		tag = fmt.Sprintf("last%d", host)
		r.release(tag)
		r.mustDeploy(tag)
		r.wantOne(tag)
	}
	seen := map[string]bool{}
	for _, tag := range strings.Fields(r.migrations()) {
		if seen[tag] {
			t.Errorf("the migration of %s ran twice: %s", tag, r.migrations())
		}
		seen[tag] = true
	}
}

// A network that drops every packet for a while.
func TestFrozenConnection(t *testing.T) {
	longtest.Need(t)
	t.Parallel()
	r := newCluster(t, 2)
	r.release("1", "2")
	r.mustDeploy("1")
	r.reports = &when{text: "app2 | web: starting", do: func() {
		r.proxies[1].Freeze()
		time.AfterFunc(8*time.Second, r.proxies[1].Thaw)
	}}
	_, err := r.deploy("2")
	r.consistent("1", "2", err) // whether it had patience enough or not
	r.mustDeploy("2")
	r.wantOne("2")
}

// The host with the journal is gone in the middle for longer than the lease:
// nothing more is changed, since nobody knows who has the lock. When it is there
// again every host goes back; else the next deploy makes it good.
func TestJournalHostGone(t *testing.T) {
	longtest.Need(t)
	t.Parallel()
	r := newCluster(t, 3)
	r.Batches = []string{"1", "1", "1"}
	r.Times = journal.LeaseTimes{TTL: 5 * time.Second, Beat: 500 * time.Millisecond, Regain: 5 * time.Second}
	r.release("1", "2", "3")
	r.mustDeploy("1")
	r.reports = &when{text: "app2 | web: starting", do: func() { r.stop(0) }}
	_, err := r.deploy("2")
	if !errors.Is(err, journal.ErrLockLost) || !strings.Contains(err.Error(), "could not be renewed for 5s") || !strings.Contains(err.Error(), "nothing more was changed") {
		t.Errorf("error: %v", err)
	}
	if got := r.serving()[2]; got != "1" {
		t.Errorf("app3 runs %q, want it untouched", got)
	}
	r.start(0)
	r.reports = &when{text: "\x00"}
	r.mustDeploy("2")
	r.wantOne("2")

	r.Times.Regain = 5 * time.Minute
	back := &when{text: "start wait for the lock's host", do: func() { r.start(0) }}
	r.reports = both{&when{text: "app2 | web: starting", do: func() { r.stop(0) }}, back}
	_, err = r.deploy("3")
	if !errors.Is(err, journal.ErrLockLost) || !strings.Contains(err.Error(), "2 runs again") {
		t.Errorf("error: %v", err)
	}
	r.wantOne("2")
	r.reports = &when{text: "\x00"}
	r.mustDeploy("3")
	r.wantOne("3")
	if want := []string{"1 deployed", "2 interrupted", "2 deployed", "3 rolled-back", "3 deployed"}; !cmp.Equal(r.outcomes(), want) {
		t.Errorf("history %v, want %v", r.outcomes(), want)
	}
}

// both tells two reporters.
type both [2]report.Reporter

func (b both) Report(e report.Event) {
	for _, r := range b {
		r.Report(e)
	}
}

// Somebody takes the lock over in the middle: nothing more is changed, and the
// next deploy makes the fleet one again.
func TestLeaseLost(t *testing.T) {
	t.Parallel()
	r := newCluster(t, 2)
	r.release("1", "2")
	r.mustDeploy("1")
	local := journal.New(deploy.LocalHost{}, filepath.Join(r.Dirs[0], ".slipway", environment), r.Times)
	r.reports = &when{text: "batch 2 of 2", do: func() {
		if _, err := local.Unlock(t.Context()); err != nil {
			t.Error(err)
		}
		if _, err := local.Lock(t.Context(), journal.Holder{User: "bob"}, "mine"); err != nil {
			t.Error(err)
		}
	}}
	if _, err := r.deploy("2"); !errors.Is(err, journal.ErrLockLost) {
		t.Errorf("error: %v", err)
	}
	if got, want := r.serving(), []string{"2", "1"}; !cmp.Equal(got, want) {
		t.Errorf("running: %v; want the second host untouched", got)
	}
	r.reports = &when{text: "\x00"}
	if _, err := local.Unlock(t.Context()); err != nil {
		t.Fatal(err)
	}
	r.mustDeploy("2")
	r.wantOne("2")
	if want := []string{"1 deployed", "2 interrupted", "2 deployed"}; !cmp.Equal(r.outcomes(), want) {
		t.Errorf("history %v, want %v", r.outcomes(), want)
	}
}
