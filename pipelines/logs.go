package pipelines

import (
	"context"
	"io"

	"golang.org/x/sync/errgroup"

	"git.example/slipway/pipelines/deploy/compose"
	"git.example/slipway/pipelines/deploy/fleet"
)

// LogsOptions say which log lines to show.
type LogsOptions struct {
	PlaceOptions
	compose.LogOptions
}

// Logs copies the log lines of an environment's compose stacks to out, those of
// several hosts with the host's name in front, and without secrets of this run.
func (p *Project) Logs(ctx context.Context, o LogsOptions, out io.Writer) error {
	stacks, err := p.stacks(ctx, o.PlaceOptions)
	if err != nil {
		return err
	}
	clean := p.redactor.Writer(out)
	defer clean.Close()
	if len(stacks) == 1 {
		return stacks[0].stack.Logs(ctx, o.LogOptions, clean)
	}
	names := make([]string, len(stacks))
	for i, at := range stacks {
		names[i] = at.String()
	}
	writers := fleet.Prefixed(clean, names)
	group, ctx := errgroup.WithContext(ctx)
	for i, at := range stacks {
		group.Go(func() error {
			defer writers[i].Close()
			return at.stack.Logs(ctx, o.LogOptions, writers[i])
		})
	}
	return group.Wait()
}

// String is the host, or the target where there is just this machine.
func (at place) String() string {
	if at.machine.name == "" {
		return at.target
	}
	return at.machine.name
}

// stacks are the compose stacks that o chooses.
func (p *Project) stacks(ctx context.Context, o PlaceOptions) ([]place, error) {
	all, err := p.places(ctx, o)
	if err != nil {
		return nil, err
	}
	var stacks []place
	for _, at := range all {
		if at.stack != nil {
			stacks = append(stacks, at)
		}
	}
	if len(stacks) == 0 {
		return nil, usage("no compose stack is among these targets")
	}
	return stacks, nil
}
