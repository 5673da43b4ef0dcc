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
func (a *attempt) fail(ctx, held context.Context, started int, cause error) error {
	failure := &Failure{Tag: a.Tag, Err: cause, Changed: started > 0}
	if started > 0 {
		failure.Target = a.Targets[started-1].Target.Name()
	}
	if errors.Is(context.Cause(held), journal.ErrLockLost) || errors.Is(cause, journal.ErrLockLost) {
		if failure.abandoned = a.regain(ctx) != nil; failure.abandoned {
			return failure
		}
	}
	ctx = context.WithoutCancel(ctx) // the user's interrupt must not leave half a release
	var errs []error
	for i := started - 1; i >= 0; i-- {
		errs = append(errs, a.goBack(ctx, a.Targets[i]))
	}
	failure.ReturnErr = errors.Join(errs...)
	a.entry.Outcome, a.entry.Ended = journal.OutcomeFailed, time.Now().UTC()
	a.entry.Error, _, _ = strings.Cut(a.clean(cause.Error()), "\n")
	a.entry.Mixed = failure.ReturnErr != nil
	if started > 0 && a.live != nil && failure.ReturnErr == nil {
		failure.ReturnedTo = a.live.Tag
		a.entry.Outcome, a.entry.ReturnedTo = journal.OutcomeRolledBack, a.live.Tag
	}
	if err := a.lease.Fence(ctx); err != nil {
		return errors.Join(failure, err)
	}
	saved := a.Journal.Save(ctx, a.entry)
	a.tell(ctx, failure)
	return errors.Join(failure, saved)
}

// regain takes the lock up again once its journal can be reached.
func (a *attempt) regain(ctx context.Context) error {
	return report.Run(ctx, a.reporter(), "wait for the lock's host", func(*report.Task) error { return a.lease.Regain(ctx) })
}

// goBack brings one target to what the live release wanted of it, or to
// nothing.
func (a *attempt) goBack(ctx context.Context, item Item) error {
	name := item.Target.Name()
	before, known := a.before(item)
	if !known {
		before = deploy.Desired{Project: item.Desired.Project, Environment: item.Desired.Environment}
	}
	before.Login, before.Returning, before.Reachable = item.Desired.Login, true, true
	item.Desired = before
	observed, plan, err := planTarget(ctx, a.reporter(), item, true)
	if err != nil {
		return err
	}
	err = a.apply(ctx, &item, plan, "return "+name)
	failed := append(deploy.FailedHosts(observed.LeftOut), deploy.FailedHosts(err)...)
	if err != nil && len(deploy.FailedHosts(err)) == 0 {
		return fmt.Errorf("returning target %q: %w", name, err)
	}
	_, err = a.verify(ctx, item)
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
