package pipelines

import (
	"context"
	"io"

	"golang.org/x/sync/errgroup"

	"git.example/slipway/pipelines/deploy/compose"
	"git.example/slipway/pipelines/deploy/fleet"
	"git.example/slipway/pipelines/foreign"
)

// LogsOptions say which log lines to show.
type LogsOptions struct {
	HostOptions
	compose.LogOptions
}

// Logs copies the log lines of an environment's compose stacks to out, those of
// several hosts with the host's name in front, and without secrets of this run.
func (p *Project) Logs(ctx context.Context, o LogsOptions, out io.Writer) error {
	stacks, err := stacks(ctx, p.workspace, p.targets, o.HostOptions)
	if err != nil {
		return err
	}
	if len(stacks) == 1 {
		return p.logs(ctx, stacks[0].Stack, o.LogOptions, out)
	}
	names := make([]string, len(stacks))
	for i, host := range stacks {
		names[i] = host.Name()
	}
	writers := fleet.Prefixed(out, names)
	group, ctx := errgroup.WithContext(ctx)
	for i, host := range stacks {
		group.Go(func() error {
			defer writers[i].Close()
			return p.logs(ctx, host.Stack, o.LogOptions, writers[i])
		})
	}
	return group.Wait()
}

// logs copies the lines of one stack, which are foreign.
func (p *Project) logs(ctx context.Context, stack *compose.Target, o compose.LogOptions, out io.Writer) error {
	clean := foreign.Writer(out)
	defer clean.Close()
	redacted := p.workspace.Redactor.Writer(clean)
	defer redacted.Close()
	return stack.Logs(ctx, o, redacted)
}
