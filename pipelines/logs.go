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
	clean := p.workspace.Redactor.Writer(out)
	defer clean.Close()
	if len(stacks) == 1 {
		return stacks[0].Stack.Logs(ctx, o.LogOptions, clean)
	}
	names := make([]string, len(stacks))
	for i, host := range stacks {
		names[i] = host.Name()
	}
	writers := fleet.Prefixed(clean, names)
	group, ctx := errgroup.WithContext(ctx)
	for i, host := range stacks {
		group.Go(func() error {
			defer writers[i].Close()
			return host.Stack.Logs(ctx, o.LogOptions, writers[i])
		})
	}
	return group.Wait()
}
