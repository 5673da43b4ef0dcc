package pipelines

import (
	"context"
	"io"

	"golang.org/x/sync/errgroup"

	"git.example/slipway/pipelines/deploy/compose"
	"git.example/slipway/pipelines/deploy/ecs"
	"git.example/slipway/pipelines/deploy/fleet"
	"git.example/slipway/pipelines/foreign"
	"git.example/slipway/pipelines/report"
)

// LogsOptions say which log lines to show.
type LogsOptions struct {
	HostOptions
	compose.LogOptions
}

// Logs copies the log lines of an environment's compose stacks and ECS services to out,
// with the host's or the task's name in front where there are several, and without
// secrets of this run.
func (p *Project) Logs(ctx context.Context, o LogsOptions, out io.Writer) error {
	found, err := findRunning(ctx, p.workspace, p.targets, o.HostOptions)
	if err != nil {
		return err
	}
	var names []string
	for _, host := range found.stacks {
		names = append(names, host.Name())
	}
	writers := fleet.Prefixed(out, names)
	group, ctx := errgroup.WithContext(ctx)
	for i, host := range found.stacks {
		group.Go(func() error {
			defer writers[i].Close()
			var to io.Writer = writers[i]
			if len(found.stacks) == 1 {
				to = out
			}
			return p.cleaned(to, func(to io.Writer) error { return host.Stack.Logs(ctx, o.LogOptions, to) })
		})
	}
	for _, cluster := range found.clusters {
		group.Go(func() error {
			return p.cleaned(out, func(to io.Writer) error {
				return cluster.Logs(ctx, ecs.LogOptions(o.LogOptions), to, func(text string) { p.workspace.Notice(report.Info, "%s", text) })
			})
		})
	}
	return group.Wait()
}

// cleaned lets do write lines that are foreign, without secrets of this run.
func (p *Project) cleaned(out io.Writer, do func(io.Writer) error) error {
	clean := foreign.Writer(out)
	defer clean.Close()
	redacted := p.workspace.Redactor.Writer(clean)
	defer redacted.Close()
	return do(redacted)
}
