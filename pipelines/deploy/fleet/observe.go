package fleet

import (
	"context"
	"encoding/json"

	"git.example/slipway/pipelines/deploy"
)

// observation is what Plan works from.
type observation struct {
	// members in their order; nil where a host was left out.
	members []*deploy.Observed
	closing *deploy.Observed
}

// Observe looks at all hosts at once. One that can't be looked at fails it,
// with the names of all such hosts, unless d allows to leave it out.
func (t *Target) Observe(ctx context.Context, d deploy.Desired) (deploy.Observed, error) {
	o := observation{members: make([]*deploy.Observed, len(t.Members))}
	failed := t.observeMembers(ctx, d, o.members)
	if len(failed) > 0 && !d.Reachable {
		return deploy.Observed{}, failed
	}
	if t.Closing != nil && !d.Reachable { // on the way back no steps are run
		first := t.Members[0].Host
		seen, err := t.Closing.Observe(ctx, of(d, first))
		if err != nil {
			return deploy.Observed{}, &deploy.HostError{Host: first, Err: err}
		}
		o.closing = &seen
	}
	seen := deploy.Observed{State: o, LeftOut: asError(failed), Previous: t.previous(o.members)}
	for i, member := range o.members {
		if member != nil {
			seen.Running = append(seen.Running, named(t.Members[i].Host, member.Running)...)
		}
	}
	return seen, nil
}

func (t *Target) observeMembers(ctx context.Context, d deploy.Desired, seen []*deploy.Observed) deploy.HostErrors {
	t.mu.Lock()
	unsettled := t.unsettled
	t.mu.Unlock()
	errs := make([]error, len(t.Members))
	t.atOnce(len(t.Members), func(i int) {
		host := t.Members[i].Host
		if err := unsettled[host]; err != nil && d.Reachable {
			errs[i] = err
			return
		}
		one, err := t.Members[i].Target.Observe(ctx, of(d, host))
		if errs[i] = err; err == nil {
			seen[i] = &one
		}
	})
	return t.hostErrors(errs)
}

// previous is what runs already although no release made it: of all hosts when
// they run the same, else of each.
func (t *Target) previous(members []*deploy.Observed) *deploy.Desired {
	var first *deploy.Desired
	same := true
	hosts := map[string]deploy.Desired{}
	for i, seen := range members {
		if seen == nil || seen.Previous == nil {
			same = false
			continue
		}
		if first == nil {
			first = seen.Previous
		}
		same = same && equal(*first, *seen.Previous)
		hosts[t.Members[i].Host] = *seen.Previous
	}
	if first == nil || same {
		return first
	}
	all := *first // for a target that has only one host later
	all.Hosts = hosts
	return &all
}

// equal compares what two hosts run as the journal keeps it.
func equal(a, b deploy.Desired) bool {
	one, err := json.Marshal(a)
	other, err2 := json.Marshal(b)
	return err == nil && err2 == nil && string(one) == string(other)
}
