package fleet

import (
	"context"
	"encoding/json"
	"fmt"
	"sync/atomic"

	"git.example/slipway/pipelines/deploy"
)

// Apply changes one batch of hosts after the other. A batch is over when all
// its hosts are proven. When one fails, the others of its batch that have begun
// go on to their end, and no further one begins. On the way back all hosts are
// one batch, and none stops another.
func (t *Target) Apply(ctx context.Context, d deploy.Desired, p deploy.Plan, s deploy.Session) error {
	var a actions
	if err := json.Unmarshal(p.Actions, &a); err != nil {
		return fmt.Errorf("reading the plan of target %q: %w", t.Name(), err)
	}
	batches, err := t.batches(d, a)
	if err != nil {
		return err
	}
	f := &fleet{Target: t, session: s, desired: d, actions: a, lines: t.prefixed(s.Log), errs: make([]error, len(t.Members))}
	for i, batch := range batches {
		if err := s.Fence(ctx); err != nil {
			return err
		}
		if len(batches) > 1 {
			fmt.Fprintf(s.Log, "batch %d of %d: %s\n", i+1, len(batches), deploy.ShortHosts(t.hosts(batch)))
		}
		if err := f.batch(ctx, batch); err != nil {
			return err
		}
	}
	return f.close(ctx)
}

func (t *Target) hosts(members []int) []string {
	names := make([]string, len(members))
	for i, m := range members {
		names[i] = t.Members[m].Host
	}
	return names
}

// fleet applies one plan.
type fleet struct {
	*Target
	session deploy.Session
	desired deploy.Desired
	actions actions
	lines   *lines
	errs    []error // by member
}

// batch changes some members and proves them.
func (f *fleet) batch(ctx context.Context, members []int) error {
	var failed atomic.Bool
	f.atOnce(len(members), func(i int) {
		if failed.Load() && !f.desired.Reachable {
			return
		}
		which := members[i]
		if err := f.member(ctx, f.Members[which]); err != nil {
			f.errs[which] = err
			failed.Store(true)
		}
	})
	if !failed.Load() {
		return nil
	}
	return f.hostErrors(f.errs)
}

// member changes one host and proves that it runs what it should.
func (f *fleet) member(ctx context.Context, m Member) error {
	out := f.lines.of(m.Host)
	defer out.flush()
	own := of(f.desired, m.Host)
	session := deploy.Session{Log: out, Fence: f.session.Fence}
	if err := m.Target.Apply(ctx, own, f.actions.Members[m.Host], session); err != nil {
		return err
	}
	proof, err := m.Target.Verify(ctx, own)
	if err != nil {
		return err
	}
	if unmended := proof.Unmended(); len(unmended) > 0 {
		return &deploy.Unproven{Drift: unmended}
	}
	return nil
}

// close applies what comes once all members are done.
func (f *fleet) close(ctx context.Context) error {
	plan := f.actions.Closing
	if plan == nil || plan.Empty() {
		return nil
	}
	host := f.Members[0].Host
	out := f.lines.of(host)
	defer out.flush()
	session := deploy.Session{Log: out, Fence: f.session.Fence}
	if err := f.Closing.Apply(ctx, of(f.desired, host), *plan, session); err != nil {
		return &deploy.HostError{Host: host, Err: err}
	}
	return nil
}
