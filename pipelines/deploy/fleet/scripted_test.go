package fleet_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"testing"
	"time"

	"git.example/slipway/internal/deploytest"
	"git.example/slipway/internal/waittest"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/fleet"
	"git.example/slipway/pipelines/deploy/journal"
	"git.example/slipway/pipelines/deploy/rollout"
	"git.example/slipway/pipelines/release"
)

// scripted is a host on which everything happens as a test says. It stands for
// the targets of single hosts: here the order, the grouping and the way back of
// the fleet are what is tested; see the other tests for real ones.
type scripted struct {
	host  string
	world *world
	now   string // the release that runs
	steps bool   // it runs a step before every release
	// Behaviours, each by release where it has a map.
	down     bool              // nothing can be done
	refuse   map[string]string // Apply fails with this reason
	wrong    map[string]string // another release than the one asked for runs
	breaks   func(op string)   // called before each operation
	previous *deploy.Desired   // what runs before the first deploy
	step     time.Duration     // what each operation takes
}

// world is what happened on all hosts.
type world struct {
	mu     sync.Mutex
	events []string
	busy   int // hosts that are changed now
	most   int
}

func (w *world) note(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.events = append(w.events, fmt.Sprintf(format, args...))
}

var errDown = errors.New("connecting to it: no route to host")

func (s *scripted) begin(op string) error {
	if s.breaks != nil {
		s.breaks(op)
	}
	time.Sleep(s.step) // of the test's own clock
	if s.down {
		return errDown
	}
	return nil
}

func (s *scripted) Name() string { return "app" }

func (s *scripted) Pull(_ context.Context, _ deploy.Desired, log io.Writer) error {
	fmt.Fprintf(log, "pulling a\npulling b")
	return s.begin("pull")
}

func (s *scripted) Settle(context.Context, io.Writer) error { return s.begin("settle") }

func (s *scripted) Observe(context.Context, deploy.Desired) (deploy.Observed, error) {
	if err := s.begin("observe"); err != nil {
		return deploy.Observed{}, err
	}
	return deploy.Observed{State: s.now, Previous: s.previous, Running: []deploy.Running{{Subject: "web", Image: s.now}}}, nil
}

func (s *scripted) Plan(d deploy.Desired, o deploy.Observed) (deploy.Plan, error) {
	p := deploy.Plan{Target: "app", Tag: d.Release.Tag, Unchanged: []string{"db"}, Notes: []string{"a note"},
		Pins: []deploy.Pin{{Subject: "web", Value: o.State.(string)}}}
	if o.State == d.Release.Tag {
		p.Unchanged = append(p.Unchanged, "web")
		return p, nil
	}
	if s.steps && !d.Returning {
		p.Changes = append(p.Changes, deploy.Change{Kind: deploy.RunStep, Subject: "web", After: "migrate"})
	}
	p.Changes = append(p.Changes, deploy.Change{Kind: deploy.Replace, Subject: "web", Before: o.State.(string), After: d.Release.Tag})
	return p, nil
}

func (s *scripted) Apply(ctx context.Context, d deploy.Desired, _ deploy.Plan, session deploy.Session) error {
	if err := session.Fence(ctx); err != nil {
		return err
	}
	s.world.mu.Lock()
	s.world.busy++
	s.world.most = max(s.world.most, s.world.busy)
	s.world.mu.Unlock()
	defer func() { s.world.mu.Lock(); s.world.busy--; s.world.mu.Unlock() }()
	tag := d.Release.Tag
	s.world.note("%s=%s", s.host, tag)
	if err := s.begin("apply"); err != nil {
		return err
	}
	if tag != "" && s.wrong[tag] != "" {
		s.now = s.wrong[tag]
		return nil
	}
	s.now = tag
	if reason := s.refuse[tag]; reason != "" {
		return errors.New(reason)
	}
	fmt.Fprintf(session.Log, "web: healthy\n")
	return nil
}

func (s *scripted) Verify(_ context.Context, d deploy.Desired) (deploy.Proof, error) {
	if err := s.begin("verify"); err != nil {
		return deploy.Proof{}, err
	}
	if s.now != d.Release.Tag {
		return deploy.Proof{Drift: []deploy.Drift{{Subject: "web", Kind: deploy.DriftImage, Want: d.Release.Tag, Got: s.now}}}, nil
	}
	return deploy.Proof{Running: []deploy.Running{{Subject: "web", Image: s.now}}}, nil
}

// hosts is a fleet of scripted hosts with a journal.
type hosts struct {
	t       *testing.T
	world   *world
	all     []*scripted
	journal *journal.Journal
	options fleet.Options
}

func newHosts(t *testing.T, n int) *hosts {
	h := &hosts{t: t, world: &world{}, options: fleet.Options{Name: "app"}}
	h.journal = journal.New(deploy.LocalHost{}, t.TempDir(), journal.LeaseTimes{TTL: 30 * time.Second, Beat: time.Second})
	for i := range n {
		host := &scripted{host: fmt.Sprintf("app%d", i+1), world: h.world, now: "1", refuse: map[string]string{}, wrong: map[string]string{}}
		h.all = append(h.all, host)
		h.options.Members = append(h.options.Members, fleet.Member{Host: host.host, Target: host})
	}
	return h
}

func (h *hosts) deployment(tag string) rollout.Deployment {
	item := rollout.Item{Target: fleet.New(h.options), Desired: deploy.Desired{Project: "shop", Release: release.Record{Tag: tag}}}
	return rollout.Deployment{Journal: h.journal, Tag: tag, Targets: []rollout.Item{item}}
}

func (h *hosts) deploy(tag string) (rollout.Result, error) {
	h.t.Helper()
	h.world.events = nil
	return rollout.Run(h.t.Context(), h.deployment(tag))
}

func (h *hosts) mustDeploy(tag string) rollout.Result {
	h.t.Helper()
	result, err := h.deploy(tag)
	if err != nil {
		h.t.Fatalf("deploying %s: %v", tag, err)
	}
	return result
}

// runs are the releases that run, and on how many hosts.
func (h *hosts) runs() map[string]int {
	counts := map[string]int{}
	for _, host := range h.all {
		counts[host.now]++
	}
	return counts
}

// outcomes are the history, oldest first, as "tag outcome".
func (h *hosts) outcomes() []string {
	h.t.Helper()
	return deploytest.Outcomes(h.t, h.journal)
}

// afterEvents holds a host's change back until so many hosts are being changed.
func (h *hosts) afterEvents(n int) func(op string) {
	return func(op string) {
		if op != "apply" {
			return
		}
		waittest.Within(time.Minute, func() bool {
			h.world.mu.Lock()
			defer h.world.mu.Unlock()
			return len(h.world.events) >= n
		})
	}
}
