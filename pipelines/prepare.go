package pipelines

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy/rollout"
	"git.example/slipway/pipelines/published"
	"git.example/slipway/pipelines/report"
	"git.example/slipway/pipelines/targets"
	"git.example/slipway/pipelines/workspace"
)

// readied is a deploy that only has to be planned or run.
type readied struct {
	environment *targets.Environment
	release     published.Release
	deployment  rollout.Deployment
	admission   admission
}

// preparation readies deploys.
type preparation struct {
	workspace  *workspace.Workspace
	registries *published.Registries
	targets    *targets.Environments
}

// ready finds the release and what its targets should run. It changes nothing.
func (p preparation) ready(ctx context.Context, o DeployOptions) (readied, error) {
	configured, err := p.workspace.Environment(o.Env)
	if err != nil {
		return readied{}, err
	}
	if err := o.check(configured); err != nil {
		return readied{}, err
	}
	from, err := p.registries.Destination(ctx, configured.Value.Registry)
	if err != nil {
		return readied{}, err
	}
	if o.Tag == "" {
		o.Tag, _ = p.workspace.Lookup("DEPLOY_TAG")
	}
	found, err := p.registries.Find(ctx, from, o.Tag)
	if err != nil {
		return readied{}, err
	}
	return p.of(ctx, configured, found, o)
}

// of readies a release that was found, or that publishing would make.
func (p preparation) of(ctx context.Context, configured config.Entry[config.Environment], found published.Release, o DeployOptions) (readied, error) {
	changedOnly, err := o.changedOnly()
	if err != nil {
		return readied{}, err
	}
	proof, err := p.evidence(ctx, configured, found, o.published)
	if err != nil {
		return readied{}, err
	}
	recorded, err := believedEnvironment(p.workspace, configured, found, proof)
	if err != nil {
		return readied{}, err
	}
	recorded.Value = stricter(recorded.Value, configured.Value)
	environment, err := p.targets.Open(ctx, recorded, o.Only)
	if err != nil {
		return readied{}, err
	}
	if err := environment.Connect(ctx, targets.WithoutPublishedHost); err != nil {
		return readied{}, err
	}
	if err := p.targets.FindJournal(ctx, environment); err != nil {
		return readied{}, err
	}
	if o.NoTfvars {
		environment.LeaveTagMaps()
	}
	items, err := environment.Items(ctx, found)
	if err != nil {
		return readied{}, err
	}
	if changedOnly {
		items, err = p.changedItems(ctx, environment, items)
	} else {
		items, err = environment.Narrow(items, o.Paths)
	}
	if err != nil {
		return readied{}, err
	}
	d := deploymentTo(ctx, p.workspace, environment, found.Record.Tag, items, o.LockWait)
	d.Committed, d.Published = committed(ctx, p.workspace, found.Record.Commit), found.Record.Created
	return readied{
		environment: environment, release: found, deployment: d,
		admission: admission{
			workspace: p.workspace, targets: p.targets, environment: recorded, release: found,
			evidence: proof, direct: o.Direct, promotedFrom: o.promotedFrom, allowDiverged: o.AllowDiverged,
		},
	}, nil
}

// committed is when a commit was made; zero where this clone does not know it.
func committed(ctx context.Context, w *workspace.Workspace, commit string) time.Time {
	if w.Git == nil || commit == "" {
		return time.Time{}
	}
	if commit == w.Info.Commit && !w.Info.CommitTime.IsZero() {
		return w.Info.CommitTime.UTC()
	}
	at, err := w.Git.TimeOf(ctx, commit)
	if err != nil {
		return time.Time{}
	}
	return at.UTC()
}

// recordedEnvironment is the environment as the release's own slipway.yaml has it.
func recordedEnvironment(c *config.Config, name string, r published.Release) (config.Entry[config.Environment], error) {
	var none config.Entry[config.Environment]
	file := filepath.Base(c.Path)
	data, ok := r.Files[file]
	if !ok {
		return none, fmt.Errorf("release %q: it has no %q: publish it again", r.Record.Tag, file)
	}
	recorded, err := config.Parse(file, data)
	if err != nil {
		return none, fmt.Errorf("release %q: reading its own %q: %w", r.Record.Tag, file, err)
	}
	environment, ok := recorded.Environments.Get(name)
	if !ok {
		return none, fmt.Errorf("release %q was published before environment %q was in %s: publish this commit again, with another build number", r.Record.Tag, name, c.Path)
	}
	return config.Entry[config.Environment]{Name: name, Value: environment}, nil
}

// deploymentTo is a deploy to an environment of what the items want.
func deploymentTo(ctx context.Context, w *workspace.Workspace, e *targets.Environment, tag string, items []rollout.Item, wait time.Duration) rollout.Deployment {
	return rollout.Deployment{
		Journal: e.Journal, Move: e.MoveJournal(), Tag: tag, Targets: items, By: holder(ctx, w), Wait: wait, Keep: e.Keep(),
		Reporter: w.Reporter, Clean: w.Clean,
	}
}

// changedItems keeps the items that differ from what is live. None is fine: the
// deploy then has nothing to do.
func (p preparation) changedItems(ctx context.Context, e *targets.Environment, items []rollout.Item) ([]rollout.Item, error) {
	live, err := e.Live(ctx)
	if err != nil {
		return nil, err
	}
	parts, err := e.ChangedTargets(ctx, items, live)
	if err != nil {
		return nil, err
	}
	var changed []rollout.Item
	for i, part := range parts {
		if part.Changed {
			p.workspace.Notice(report.Info, "%s: %s", part.Name, strings.Join(part.Reasons, "; "))
			changed = append(changed, items[i])
		}
	}
	if len(changed) == 0 {
		p.workspace.Notice(report.Info, "nothing differs from what is live in %s: nothing to deploy", e.Name)
	}
	return changed, nil
}
