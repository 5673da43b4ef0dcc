package pipelines

import (
	"context"
	"errors"

	"git.example/slipway/pipelines/deploy/journal"
)

// refusals are why a deploy would refuse the release now.
func (r readied) refusals(ctx context.Context) ([]string, error) {
	refused, err := asRefusal(r.admission.admit(ctx))
	if err != nil {
		return nil, err
	}
	more, err := r.admission.underLock(ctx, r.deployment.Journal)
	return append(refused, more...), err
}

// underLock is what a deploy would refuse once it has the lock, or because it can't
// have it.
func (a admission) underLock(ctx context.Context, kept *journal.Journal) ([]string, error) {
	live, err := kept.Live(ctx)
	if err != nil {
		return nil, err
	}
	held, err := kept.Held(ctx)
	if err != nil {
		return nil, err
	}
	refused, err := asRefusal(a.guard(ctx, live))
	if held != nil && !held.Abandoned() {
		refused = append(refused, (&journal.Locked{Info: *held}).Error())
	}
	return refused, err
}

// asRefusal parts refusals from errors.
func asRefusal(err error) ([]string, error) {
	var refused *Refusal
	if errors.As(err, &refused) {
		return []string{refused.Error()}, nil
	}
	return nil, err
}
