package rollout

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/journal"
	"git.example/slipway/pipelines/report"
)

// fail brings back what ran before on the first started targets, last one
// first, and writes the outcome. Whoever lost the lock to another run touches
// nothing more; who could not renew it waits for the journal.
func (r *run) fail(ctx, held context.Context, started int, cause error) error {
	failure := &Failure{Tag: r.Tag, Err: cause, Changed: started > 0}
	if started > 0 {
		failure.Target = r.Targets[started-1].Target.Name()
	}
	if errors.Is(context.Cause(held), journal.ErrLockLost) || errors.Is(cause, journal.ErrLockLost) {
		if failure.abandoned = r.regain(ctx) != nil; failure.abandoned {
			return failure
		}
	}
	ctx = context.WithoutCancel(ctx) // the user's interrupt must not leave half a release
	var errs []error
	for i := started - 1; i >= 0; i-- {
		errs = append(errs, r.goBack(ctx, r.Targets[i]))
	}
	failure.ReturnErr = errors.Join(errs...)
	r.entry.Outcome, r.entry.Ended = journal.OutcomeFailed, time.Now().UTC()
	r.entry.Error, _, _ = strings.Cut(r.redact(cause.Error()), "\n")
	r.entry.Mixed = failure.ReturnErr != nil
	if started > 0 && r.live != nil && failure.ReturnErr == nil {
		failure.ReturnedTo = r.live.Tag
		r.entry.Outcome, r.entry.ReturnedTo = journal.OutcomeRolledBack, r.live.Tag
	}
	if err := r.lease.Fence(ctx); err != nil {
		return errors.Join(failure, err)
	}
	return errors.Join(failure, r.Journal.Save(ctx, r.entry))
}

// regain takes the lock up again once its journal can be reached.
func (r *run) regain(ctx context.Context) error {
	return report.Run(ctx, r.reporter(), "wait for the lock's host", func(*report.Task) error { return r.lease.Regain(ctx) })
}

// goBack brings one target to what the live release wanted of it, or to
// nothing.
func (r *run) goBack(ctx context.Context, item Item) error {
	name := item.Target.Name()
	before, known := r.prior[name]
	if !known {
		before = deploy.Desired{Project: item.Desired.Project, Environment: item.Desired.Environment}
	}
	before.Login, before.Returning, before.Reachable = item.Desired.Login, true, true
	item.Desired = before
	observed, plan, err := planTarget(ctx, r.reporter(), item, true)
	if err != nil {
		return err
	}
	err = r.apply(ctx, item, plan, "return "+name)
	failed := append(deploy.FailedHosts(observed.LeftOut), deploy.FailedHosts(err)...)
	if err != nil && len(deploy.FailedHosts(err)) == 0 {
		return fmt.Errorf("returning target %q: %w", name, err)
	}
	_, err = r.verify(ctx, item)
	if len(failed) > 0 {
		// What else drifted elsewhere is in the same error.
		return fmt.Errorf("returning target %q: %w", name, errors.Join(failed, otherHosts(failed, err)))
	}
	return err
}

// otherHosts is what err, of a verification, says of hosts that have not failed.
func otherHosts(failed deploy.HostErrors, err error) error {
	var unproven *deploy.Unproven
	if !errors.As(err, &unproven) {
		return err
	}
	drift := slices.DeleteFunc(slices.Clone(unproven.Drift), func(d deploy.Drift) bool { return among(failed, d.Host) })
	if len(drift) == 0 {
		return nil
	}
	return &deploy.Unproven{Drift: drift}
}

// among says whether a host is one of those that failed.
func among(failed deploy.HostErrors, host string) bool {
	return slices.ContainsFunc(failed, func(h *deploy.HostError) bool { return h.Host == host })
}
