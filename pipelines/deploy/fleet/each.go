package fleet

import (
	"context"
	"errors"
	"sync"

	"git.example/slipway/pipelines/deploy"
)

// defaultParallel is how many hosts are worked on at once.
const defaultParallel = 50

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
	parallel := t.Parallel
	if parallel <= 0 {
		parallel = defaultParallel
	}
	free := make(chan struct{}, parallel)
	var group sync.WaitGroup
	for i := range n {
		free <- struct{}{}
		group.Go(func() {
			defer func() { <-free }()
			do(i)
		})
	}
	group.Wait()
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
