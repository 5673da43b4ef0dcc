package rollout

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/journal"
	"git.example/slipway/pipelines/report"
)

// Run deploys. A release that is not healthy, or that does not run with the
// right digests, is a *Failure, and the release before it runs again.
func Run(ctx context.Context, d Deployment) (Result, error) {
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
	r := &run{Deployment: d, lease: lease}
	result, err := r.underLock(ctx, held)
	released := lease.Release(ctx)
	if errors.Is(err, journal.ErrLockLost) {
		released = nil // err says why
	}
	return result, errors.Join(err, released)
}

// run is one deploy under the lock.
type run struct {
	Deployment
	lease *journal.Lease
	live  *journal.Entry            // the live deploy before this one, nil for none
	prior map[string]deploy.Desired // what the live deploy wanted of each target
	plans []deploy.Plan
	entry journal.Entry
}

// underLock deploys while the lock is held, which is as long as held lives.
func (r *run) underLock(ctx, held context.Context) (Result, error) {
	if err := r.recall(held); err != nil {
		return Result{}, err
	}
	if r.Guard != nil {
		if err := r.Guard(held, r.live); err != nil {
			return Result{}, err
		}
	}
	if err := r.plan(held); err != nil {
		return Result{}, err
	}
	if err := r.asExpected(); err != nil {
		return Result{}, err
	}
	if r.nothingToDo() {
		return r.confirm(held)
	}
	if err := r.begin(held); err != nil {
		return Result{}, err
	}
	proofs, started, err := r.applyAll(held)
	if err != nil {
		return Result{}, r.fail(ctx, held, started, err)
	}
	if err := r.finish(held); err != nil {
		return Result{}, err
	}
	r.prune(held)
	return r.result(proofs), nil
}

func (r *run) result(proofs map[string]deploy.Proof) Result {
	result := Result{Entry: r.entry, Plans: r.plans, Proofs: proofs}
	if r.live != nil {
		result.Previous = r.live.Tag
	}
	return result
}

// plan plans every target before anything changes. What runs already and is
// not ours is adopted: a deploy that fails goes back to it.
func (r *run) plan(ctx context.Context) error {
	adopted := map[string]deploy.Desired{}
	var err error
	if r.Targets, err = r.ready(); err != nil {
		return err
	}
	for i, item := range r.Targets {
		observed, plan, err := planTarget(ctx, r.reporter(), item, true)
		if err != nil {
			return err
		}
		noteSecrets(&r.Targets[i].Desired, observed.SecretVersions, r.prior[item.Target.Name()])
		for _, note := range plan.Notes {
			r.reporter().Report(report.Notice{Level: report.Info, Text: item.Target.Name() + ": " + note})
		}
		r.plans = append(r.plans, plan)
		if observed.Previous != nil {
			adopted[item.Target.Name()] = *observed.Previous
		}
	}
	if r.live != nil || len(adopted) == 0 {
		return nil
	}
	now := time.Now().UTC()
	entry, err := r.Journal.Begin(ctx, journal.Entry{Tag: "adopted", By: r.By, Started: now, Ended: now, Outcome: journal.OutcomeAdopted}, adopted)
	if err != nil {
		return err
	}
	r.live, r.prior = &entry, adopted
	return r.Journal.SetLive(ctx, entry)
}

func (r *run) nothingToDo() bool {
	for _, plan := range r.plans {
		if !plan.Empty() {
			return false
		}
	}
	return r.live != nil && r.live.Tag == r.Tag && len(r.Down) == 0
}

// confirm verifies a release that runs already.
func (r *run) confirm(ctx context.Context) (Result, error) {
	r.entry = *r.live
	proofs := map[string]deploy.Proof{}
	for _, item := range r.Targets {
		proof, err := r.verify(ctx, item)
		if err != nil {
			return Result{}, &Failure{Tag: r.Tag, Target: item.Target.Name(), Err: err}
		}
		proofs[item.Target.Name()] = proof
	}
	return r.result(proofs), nil
}

// begin writes the deploy into the history. Its snapshot is complete: targets
// that it does not touch stay as the live deploy has them.
func (r *run) begin(ctx context.Context) error {
	desired := maps.Clone(r.prior)
	if desired == nil {
		desired = map[string]deploy.Desired{}
	}
	entry := journal.Entry{Tag: r.Tag, By: r.By, Started: time.Now().UTC(), Outcome: journal.OutcomeRunning, Digests: map[string]string{},
		PromotedFrom: r.PromotedFrom, Direct: r.Direct}
	for _, item := range r.Targets {
		desired[item.Target.Name()] = item.Desired
		entry.Targets = append(entry.Targets, item.Target.Name())
		entry.Paths = append(entry.Paths, item.Desired.Paths...)
		entry.Commit = item.Desired.Release.Commit
		for reference, version := range item.Desired.SecretVersions {
			if entry.SecretVersions == nil {
				entry.SecretVersions = map[string]string{}
			}
			entry.SecretVersions[reference] = version
		}
		for name, image := range item.Desired.Release.Images {
			entry.Digests[name] = image.Digest
		}
	}
	var err error
	r.entry, err = r.Journal.Begin(ctx, entry, desired)
	return err
}

// applyAll changes one target after the other. The number of targets that were
// started is right also when it fails.
func (r *run) applyAll(ctx context.Context) (map[string]deploy.Proof, int, error) {
	if err := r.down(ctx); err != nil {
		return nil, 0, err
	}
	proofs := map[string]deploy.Proof{}
	for i, item := range r.Targets {
		name := item.Target.Name()
		if err := r.apply(ctx, item, r.plans[i], "apply "+name); err != nil {
			return nil, i + 1, fmt.Errorf("target %q: %w", name, err)
		}
		proof, err := r.verify(ctx, item)
		if err != nil {
			return nil, i + 1, fmt.Errorf("target %q: %w", name, err)
		}
		proofs[name] = proof
	}
	return proofs, len(r.Targets), nil
}

func (r *run) apply(ctx context.Context, item Item, plan deploy.Plan, name string) error {
	return report.Run(ctx, r.reporter(), name, func(t *report.Task) error {
		if plan.Empty() {
			t.Reused("nothing to do")
			return nil
		}
		return item.Target.Apply(ctx, item.Desired, plan, deploy.Session{Log: t, Fence: r.lease.Fence})
	})
}

func (r *run) verify(ctx context.Context, item Item) (deploy.Proof, error) {
	var proof deploy.Proof
	err := report.Run(ctx, r.reporter(), "verify "+item.Target.Name(), func(t *report.Task) (err error) {
		if proof, err = item.Target.Verify(ctx, item.Desired); err != nil {
			return err
		}
		if len(proof.Drift) > 0 {
			return &deploy.Unproven{Drift: proof.Drift}
		}
		if len(proof.Running) > 0 {
			t.Detail(report.Count(len(proof.Running), cmp.Or(proof.Unit, "container")) + " as released")
		}
		return nil
	})
	return proof, err
}

// finish makes the release the live one, also when the user interrupts now: it
// runs and is proven. Verified in the history comes first: recall completes the
// rest when we are killed in between.
func (r *run) finish(ctx context.Context) error {
	ctx = context.WithoutCancel(ctx)
	return report.Run(ctx, r.reporter(), "record", func(*report.Task) error {
		if err := r.lease.Fence(ctx); err != nil {
			return err
		}
		r.entry.Ended, r.entry.Outcome = time.Now().UTC(), journal.OutcomeDeployed
		if r.Rollback {
			r.entry.Outcome = journal.OutcomeRollback
		}
		if err := r.Journal.Save(ctx, r.entry); err != nil {
			return err
		}
		return r.Journal.SetLive(ctx, r.entry)
	})
}
