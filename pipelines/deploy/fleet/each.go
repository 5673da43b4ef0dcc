package fleet

import (
	"context"
	"errors"

	"golang.org/x/sync/errgroup"

	"git.example/slipway/pipelines/deploy"
)

// defaultHostsAtOnce is how many hosts are worked on at once where Options do not say:
// most fleets as a whole, without a connection and a pull for each host of a
// large one.
const defaultHostsAtOnce = 50

var errNoSteps = errors.New("it has no services to run commands in")

// each calls do for every member, some at once, and gives the errors in the
// members' order.
func (t *Target) each(ctx context.Context, do func(context.Context, Member) error) deploy.HostErrors {
	errs := make([]error, len(t.Members))
	t.atOnce(len(t.Members), func(i int) { errs[i] = do(ctx, t.Members[i]) })
	return t.hostErrors(errs)
}

// atOnce calls do for 0 to n-1, in order, some at once, and waits for all.
func (t *Target) atOnce(n int, do func(i int)) {
	hostsAtOnce := defaultHostsAtOnce
	if t.HostsAtOnce > 0 {
		hostsAtOnce = t.HostsAtOnce
	}
	var group errgroup.Group
	group.SetLimit(hostsAtOnce)
	for i := range n {
		group.Go(func() error {
			do(i)
			return nil
		})
	}
	_ = group.Wait() // do keeps its own errors
}

// hostErrors are the members' errors that are none.
func (t *Target) hostErrors(errs []error) deploy.HostErrors {
	var failed deploy.HostErrors
	for i, err := range errs {
		if err != nil {
			failed = append(failed, &deploy.HostError{Host: t.Members[i].Host, Err: err})
		}
	}
	return failed
}

// asError is nil for no errors, not an interface that holds none.
func asError(failed deploy.HostErrors) error {
	if len(failed) == 0 {
		return nil
	}
	return failed
}
