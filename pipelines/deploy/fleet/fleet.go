// Package fleet deploys to several hosts as to one target: each host has a
// target of its own, and the fleet pulls everywhere first, changes a canary and
// then batch after batch, and brings every host back when one fails. It knows
// nothing of what is deployed, nor of how hosts are reached.
package fleet

import (
	"context"
	"io"
	"sync"

	"git.example/slipway/pipelines/deploy"
)

// Member is one host of a fleet.
type Member struct {
	// Host is its name in messages, plans and proofs.
	Host string
	// Target is what is deployed there.
	Target deploy.Target
}

// Options are the hosts of a fleet and their order.
type Options struct {
	// Name is the target's in slipway.yaml.
	Name string
	// Members are the hosts. The first one is the canary, and steps run there.
	Members []Member
	// Closing is applied once all members are done: the steps after a deploy, on
	// the first host. Nil for none.
	Closing deploy.Target
	// Batches are how many hosts are changed at a time, one batch after the
	// other: numbers, or percentages of all hosts such as "50%", rounded up. What
	// is left over is the last batch. Nil is the canary, then half of all, then
	// the rest.
	Batches []string
	// HostsAtOnce is how many hosts are worked on at once; 50 when zero.
	HostsAtOnce int
}

// Target is a fleet.
type Target struct {
	Options
	mu sync.Mutex
	// unsettled is why hosts could not be settled, until the next Settle.
	unsettled map[string]error
}

var (
	_ deploy.Target  = (*Target)(nil)
	_ deploy.Pruner  = (*Target)(nil)
	_ deploy.Settler = (*Target)(nil)
	_ deploy.Stepper = (*Target)(nil)
)

// New is the fleet that o describes.
func New(o Options) *Target { return &Target{Options: o} }

// Name is the target's name in slipway.yaml.
func (t *Target) Name() string { return t.Options.Name }

// Pull brings the images to all hosts, before any of them is changed.
func (t *Target) Pull(ctx context.Context, d deploy.Desired, log io.Writer) error {
	lines := t.prefixed(log)
	return asError(t.each(ctx, func(ctx context.Context, m Member) error {
		out := lines.of(m.Host)
		defer out.flush()
		return m.Target.Pull(ctx, of(d, m.Host), out)
	}))
}

// Settle waits for what a killed run left working, on all hosts.
func (t *Target) Settle(ctx context.Context, log io.Writer) error {
	lines := t.prefixed(log)
	failed := t.each(ctx, func(ctx context.Context, m Member) error {
		settler, ok := m.Target.(deploy.Settler)
		if !ok {
			return nil
		}
		out := lines.of(m.Host)
		defer out.flush()
		return settler.Settle(ctx, out)
	})
	t.mu.Lock()
	defer t.mu.Unlock()
	t.unsettled = map[string]error{}
	for _, h := range failed {
		t.unsettled[h.Host] = h.Err
	}
	return asError(failed)
}

// Prune removes images that no host needs any more.
func (t *Target) Prune(ctx context.Context, drop, keep []deploy.Desired, log io.Writer) error {
	lines := t.prefixed(log)
	return asError(t.each(ctx, func(ctx context.Context, m Member) error {
		pruner, ok := m.Target.(deploy.Pruner)
		if !ok {
			return nil
		}
		out := lines.of(m.Host)
		defer out.flush()
		return pruner.Prune(ctx, allOf(drop, m.Host), allOf(keep, m.Host), out)
	}))
}

// RunStep runs one command on the first host.
func (t *Target) RunStep(ctx context.Context, d deploy.Desired, service string, command []string, s deploy.Session) error {
	first := t.Members[0]
	stepper, ok := first.Target.(deploy.Stepper)
	if !ok {
		return &deploy.HostError{Host: first.Host, Err: errNoSteps}
	}
	if err := stepper.RunStep(ctx, of(d, first.Host), service, command, s); err != nil {
		return &deploy.HostError{Host: first.Host, Err: err}
	}
	return nil
}
