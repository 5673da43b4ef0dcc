package pipelines

import (
	"context"
	"fmt"
	"slices"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy/rollout"
	"git.example/slipway/pipelines/release"
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
	to, from, err := p.promotion(o)
	if err != nil {
		return rollout.Result{}, err
	}
	if o.Tag == "" {
		if o.Tag, err = p.runsIn(ctx, from); err != nil {
			return rollout.Result{}, err
		}
	}
	source, err := p.destination(ctx, from.Value.Registry)
	if err != nil {
		return rollout.Result{}, err
	}
	record, files, err := p.findRelease(ctx, source, o.Tag)
	if err != nil {
		return rollout.Result{}, err
	}
	if to.Value.Protected {
		if err := admitProtected(to.Name, record); err != nil {
			return rollout.Result{}, err
		}
	}
	if !o.Direct {
		if err := p.provenIn(ctx, from.Name, to.Name, record); err != nil {
			return rollout.Result{}, err
		}
	}
	if err := p.bring(ctx, source, to.Value, record, files); err != nil {
		return rollout.Result{}, err
	}
	o.Env, o.promotedFrom = to.Name, from.Name
	return p.Deploy(ctx, o.DeployOptions)
}

// promotion finds the two environments.
func (p *Project) promotion(o PromoteOptions) (to, from config.Entry[config.Environment], err error) {
	if to, err = p.environment(o.Env); err != nil {
		return to, from, err
	}
	name := o.From
	if name == "" {
		name = to.Value.PromoteFrom
	}
	if name == "" {
		return to, from, usage("promoting to %q: nothing says from where: set promote-from under environments.%s in %s, or use --from", to.Name, to.Name, p.Config.Path)
	}
	if name == to.Name {
		return to, from, usage("promoting to %q: it can't come from there, too", to.Name)
	}
	from, err = p.environment(name)
	return to, from, err
}

// runsIn is the tag of the release that is live in an environment.
func (p *Project) runsIn(ctx context.Context, e config.Entry[config.Environment]) (string, error) {
	j, _, err := p.journal(ctx, e.Name)
	if err != nil {
		return "", err
	}
	live, err := j.Live(ctx)
	if err != nil {
		return "", fmt.Errorf("reading what runs in %q: %w", e.Name, err)
	}
	if live == nil || !live.Outcome.Verified() {
		return "", fmt.Errorf("promoting from %q: no release has verified there yet: run `slipway deploy --env %s` first, or name a release with --tag", e.Name, e.Name)
	}
	return live.Tag, nil
}

// bring copies a release to the registry of an environment and its mirrors,
// where it is not there already.
func (p *Project) bring(ctx context.Context, source destination, to config.Environment, record release.Record, files map[string][]byte) error {
	images, err := p.images(ctx)
	if err != nil {
		return err
	}
	names := slices.DeleteFunc(append([]string{to.Registry}, to.Mirror...), func(name string) bool { return name == source.name })
	for _, name := range slices.Backward(names) { // the registry to deploy from is the last to know the release
		target, err := p.destination(ctx, name)
		if err != nil {
			return err
		}
		there, _, found, err := p.getRecord(ctx, target, images, record.Tag)
		if err != nil {
			return err
		}
		if found {
			if err := sameDigests(there, record, name, source.name); err != nil {
				return err
			}
			continue
		}
		if err := p.ensureRepositories(ctx, []destination{target}, images); err != nil {
			return err
		}
		if err := p.copyRelease(ctx, release.Tag{Name: record.Tag, Final: record.Final}, source, target, images, record, files); err != nil {
			return fmt.Errorf("promoting release %q: %w", record.Tag, err)
		}
	}
	return nil
}

// sameDigests is the error when two registries have different releases of one tag.
func sameDigests(a, b release.Record, inA, inB string) error {
	for name, image := range b.Images {
		if other := a.Images[name].Digest; other != image.Digest {
			return fmt.Errorf("promoting release %q: image %q is %s in registry %q and %s in registry %q: a release's tag stands for one digest; publish the commit again, with another build number",
				b.Tag, name, orNone(other), inA, image.Digest, inB)
		}
	}
	return nil
}

func orNone(digest string) string {
	if digest == "" {
		return "missing"
	}
	return digest
}
