package pipelines

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy/rollout"
	"git.example/slipway/pipelines/published"
	"git.example/slipway/pipelines/targets"
	"git.example/slipway/pipelines/workspace"
)

// PromoteOptions say what to promote and where to.
type PromoteOptions struct {
	DeployOptions
	// From is the environment to promote from; that of the config's promote-from
	// when empty.
	From string
}

// Promote brings the release that runs in one environment, or the one that Tag
// names, to the next one: it copies the images and the record by digest into
// that environment's registry and its mirrors, and deploys. Nothing is rebuilt.
// A release that the first environment has not verified is refused, unless
// Direct is set.
func (p *Project) Promote(ctx context.Context, o PromoteOptions) (rollout.Result, error) {
	to, from, err := promotion(p.workspace, o)
	if err != nil {
		return rollout.Result{}, err
	}
	if o.Tag == "" {
		if o.Tag, err = verifiedIn(ctx, p.targets, from); err != nil {
			return rollout.Result{}, err
		}
	}
	source, err := p.registries.Destination(ctx, from.Value.Registry)
	if err != nil {
		return rollout.Result{}, err
	}
	found, err := p.registries.Find(ctx, source, o.Tag)
	if err != nil {
		return rollout.Result{}, err
	}
	if p.registries.Signatures.Trust.Revoked(found.Record.Tag, found.Digest) {
		return rollout.Result{}, revoked(p.workspace, "promoting", found.Record.Tag)
	}
	if to.Value.Protected {
		if err := admitProtected(to.Name, found.Record); err != nil {
			return rollout.Result{}, err
		}
		if err := admitFiles(ctx, p.workspace, "promoting", to.Name, found); err != nil {
			return rollout.Result{}, err
		}
		proof, err := preparation{p.workspace, p.registries, p.targets}.evidence(ctx, to, found, "")
		if err != nil {
			return rollout.Result{}, err
		}
		if err := admitProven("promoting", to.Name, found, proof); err != nil {
			return rollout.Result{}, err
		}
	}
	if !o.Direct {
		a := admission{workspace: p.workspace, targets: p.targets, environment: to, release: found}
		if err := a.provenIn(ctx, from.Name); err != nil {
			return rollout.Result{}, err
		}
	}
	if err := bring(ctx, p.registries, found, to.Value); err != nil {
		return rollout.Result{}, err
	}
	o.Env, o.promotedFrom = to.Name, from.Name
	return p.Deploy(ctx, o.DeployOptions)
}

// promotion finds the two environments.
func promotion(w *workspace.Workspace, o PromoteOptions) (to, from config.Entry[config.Environment], err error) {
	if to, err = w.Environment(o.Env); err != nil {
		return to, from, err
	}
	name := cmp.Or(o.From, to.Value.PromoteFrom)
	if name == "" {
		return to, from, workspace.Usage("promoting to %q: nothing says from where: set promote-from under environments.%s in %s, or use --from", to.Name, to.Name, w.Config.Path)
	}
	if name == to.Name {
		return to, from, workspace.Usage("promoting to %q: it can't come from there, too", to.Name)
	}
	from, err = w.Environment(name)
	return to, from, err
}

// verifiedIn is the tag of the release that is live in an environment, and verified.
func verifiedIn(ctx context.Context, opened *targets.Environments, e config.Entry[config.Environment]) (string, error) {
	journal, err := opened.Journal(ctx, e)
	if err != nil {
		return "", err
	}
	live, err := journal.Live(ctx)
	if err != nil {
		return "", fmt.Errorf("reading what runs in %q: %w", e.Name, err)
	}
	if live == nil || !live.Outcome.Verified() {
		return "", fmt.Errorf("promoting from %q: no release has verified there yet: run `slipway deploy --env %s` first, or name a release with --tag", e.Name, e.Name)
	}
	return live.Tag, nil
}

// bring copies a release to the registry of an environment and its mirrors,
// where it is not there already. The registry to deploy from is the last to know it.
func bring(ctx context.Context, registries *published.Registries, found published.Release, to config.Environment) error {
	var destinations []published.Destination
	for _, name := range slices.Backward(append([]string{to.Registry}, to.Mirror...)) {
		if name == found.In.Name {
			continue
		}
		d, err := registries.Destination(ctx, name)
		if err != nil {
			return err
		}
		destinations = append(destinations, d)
	}
	return registries.Copy(ctx, found, destinations)
}
