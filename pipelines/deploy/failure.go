package deploy

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"git.example/slipway/pipelines/report"
)

// Failure is a deploy that did not succeed.
type Failure struct {
	Tag    string
	Target string
	// Err is why.
	Err error
	// ReturnedTo is the tag that runs again. Empty when there was none: what
	// the deploy had started is removed.
	ReturnedTo string
	// ReturnErr is why the release before could not be brought back; nil when
	// it was, or when no target had been changed.
	ReturnErr error
	// Changed says that the change of a target had begun when it failed.
	Changed bool
	// abandoned says that the lock was lost, so nothing was put back.
	abandoned bool
}

func (e *Failure) Error() string {
	first, rest, _ := strings.Cut(e.Err.Error(), "\n")
	var b strings.Builder
	fmt.Fprintf(&b, "deploying %s: %s", e.Tag, first)
	switch {
	case len(hostErrors(e.ReturnErr)) > 0:
		fmt.Fprintf(&b, "; going back failed, too, and the next deploy makes it good: %v", e.ReturnErr)
	case e.ReturnErr != nil:
		fmt.Fprintf(&b, "; going back failed, too: %v", e.ReturnErr)
	case e.abandoned:
		b.WriteString("; nothing more was changed, and the next deploy makes it good: deploy again")
	case !e.Changed:
		b.WriteString("; no target was changed")
	case e.ReturnedTo == "":
		b.WriteString("; nothing ran before, so what it started was removed")
	default:
		fmt.Fprintf(&b, "; %s runs again", e.ReturnedTo)
	}
	if rest != "" {
		b.WriteString("\n" + rest)
	}
	return b.String()
}

// Unwrap gives both errors.
func (e *Failure) Unwrap() []error { return []error{e.Err, e.ReturnErr} }

// Unproven is a release that was applied, but is not what runs.
type Unproven struct{ Drift []Drift }

func (e *Unproven) Error() string {
	var b strings.Builder
	b.WriteString("verifying: what runs is not what was released")
	for _, d := range e.Drift {
		fmt.Fprintf(&b, "\n  %s", d)
	}
	return b.String()
}

func (d Drift) String() string {
	text := fmt.Sprintf("%s %s", d.Subject, d.Kind)
	if d.Host != "" {
		text = d.Host + ": " + text
	}
	if d.Want != "" {
		text += ": want " + d.Want
	}
	if d.Got != "" {
		text += ": got " + d.Got
	}
	return text
}

// Stopped is a container that does not run as it should: facts for whoever has
// to find out why.
type Stopped struct {
	Subject   string
	Container string
	// Reason reads as "it is unhealthy" or "it ended with exit code 1".
	Reason string
	// State, exit code, health log and the last log lines, one fact a line.
	Facts []string
}

func (e *Stopped) Error() string {
	return fmt.Sprintf("service %q, container %s: %s\n  %s",
		e.Subject, e.Container, e.Reason, strings.Join(e.Facts, "\n  "))
}

// fail brings back what ran before on the first started targets, last one
// first, and writes the outcome. Whoever lost the lock to another run touches
// nothing more; who could not renew it waits for the journal.
func (r *run) fail(ctx, held context.Context, started int, cause error) error {
	failure := &Failure{Tag: r.Tag, Err: cause, Changed: started > 0}
	if started > 0 {
		failure.Target = r.Targets[started-1].Target.Name()
	}
	if errors.Is(context.Cause(held), ErrLockLost) || errors.Is(cause, ErrLockLost) {
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
	r.entry.Outcome, r.entry.Ended = OutcomeFailed, time.Now().UTC()
	r.entry.Error, _, _ = strings.Cut(r.redact(cause.Error()), "\n")
	r.entry.Mixed = failure.ReturnErr != nil
	if started > 0 && r.live != nil && failure.ReturnErr == nil {
		failure.ReturnedTo = r.live.Tag
		r.entry.Outcome, r.entry.ReturnedTo = OutcomeRolledBack, r.live.Tag
	}
	if err := r.lease.Fence(ctx); err != nil {
		return errors.Join(failure, err)
	}
	return errors.Join(failure, r.Journal.save(ctx, r.entry))
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
		before = Desired{Project: item.Desired.Project, Environment: item.Desired.Environment}
	}
	before.Login, before.Returning, before.Reachable = item.Desired.Login, true, true
	item.Desired = before
	observed, plan, err := planTarget(ctx, r.reporter(), item, true)
	if err != nil {
		return err
	}
	err = r.apply(ctx, item, plan, "return "+name)
	failed := append(hostErrors(observed.LeftOut), hostErrors(err)...)
	if err != nil && len(hostErrors(err)) == 0 {
		return fmt.Errorf("returning target %q: %w", name, err)
	}
	_, err = r.verify(ctx, item)
	if len(failed) > 0 {
		// What else drifted elsewhere is in the same error.
		return fmt.Errorf("returning target %q: %w", name, errors.Join(failed, failed.others(err)))
	}
	return err
}
