package rollout

import (
	"context"
	"errors"

	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/journal"
	"git.example/slipway/pipelines/report"
)

// Run deploys. A release that is not healthy, or that does not run with the
// right digests, is a *Failure, and the release before it runs again.
func Run(ctx context.Context, d Deployment) (Result, error) {
	if err := d.Journal.CheckVersion(ctx); err != nil {
		return Result{}, err
	}
	story := newStoryteller(d)
	d.Reporter = story
	if err := pull(ctx, d); err != nil {
		return Result{}, err
	}
	var lease *journal.Lease
	held := ctx
	err := report.Run(ctx, d.reporter(), "lock", func(*report.Task) (err error) {
		lease, held, err = d.Journal.Acquire(ctx, d.By, d.Tag, d.Wait)
		return err
	})
	if err != nil {
		return Result{}, err
	}
	a := &attempt{Deployment: d, lease: lease, story: story}
	result, err := a.underLock(ctx, held)
	released := lease.Release(ctx)
	if errors.Is(err, journal.ErrLockLost) {
		released = nil // err says why
	}
	return result, errors.Join(err, released)
}

// underLock deploys while the lock is held, which is as long as held lives.
func (a *attempt) underLock(ctx, held context.Context) (Result, error) {
	if err := a.recall(held); err != nil {
		return Result{}, err
	}
	if a.Guard != nil {
		if err := a.Guard(held, a.live); err != nil {
			return Result{}, err
		}
	}
	if err := a.plan(held); err != nil {
		return Result{}, err
	}
	if err := a.asExpected(); err != nil {
		return Result{}, err
	}
	if a.nothingToDo() {
		return a.confirm(held)
	}
	if err := a.begin(held); err != nil {
		return Result{}, err
	}
	if a.Begun != nil {
		a.Begun(held, a.entry)
	}
	proofs, started, err := a.applyAll(held)
	if err != nil {
		return Result{}, a.fail(ctx, held, started, err)
	}
	if err := a.finish(held); err != nil {
		return Result{}, err
	}
	a.tell(held, nil)
	a.prune(held)
	a.moveJournal(held)
	return a.result(proofs), nil
}

func (a *attempt) nothingToDo() bool {
	for _, plan := range a.plans {
		if !plan.Empty() {
			return false
		}
	}
	return a.live != nil && a.live.Tag == a.Tag && len(a.Down) == 0
}

// confirm verifies a release that runs already.
func (a *attempt) confirm(ctx context.Context) (Result, error) {
	a.entry = *a.live
	proofs := map[string]deploy.Proof{}
	for _, item := range a.Targets {
		proof, err := a.verify(ctx, item)
		if err != nil {
			return Result{}, &Failure{Tag: a.Tag, Target: item.Target.Name(), Err: err}
		}
		proofs[item.Target.Name()] = proof
	}
	return a.result(proofs), nil
}
