package pipelines

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/lint"
	"git.example/slipway/pipelines/release"
)

// offlineWhy is why something was not looked at.
const offlineWhy = "not looked at (--offline)"

// offline is Plan for where nothing can be asked: what the checkout alone
// tells of the images, the deploy files and the targets, and what is wrong with
// them.
func (p planner) offline(ctx context.Context, e config.Entry[config.Environment], o DeployOptions) (Planned, error) {
	planned := Planned{Environment: e.Name, Offline: true}
	wrong := func(err error) { planned.Wrong = append(planned.Wrong, linesOf(err)...) }
	tag, err := p.workspace.Tag()
	if err != nil {
		return planned, err
	}
	planned.Tag = tag.Name
	configured, err := p.images.All(ctx)
	if err != nil {
		planned.unseen("images", err) // a bake file needs docker with buildx
	}
	var recorded map[string]release.RecordedImage
	planned.Images, recorded = unassessed(configured)
	for _, image := range configured {
		if err := p.images.Sources(image); err != nil {
			wrong(err)
		}
	}
	findings, err := lint.Run(ctx, lint.Input{Config: p.workspace.Config, Images: configured, Dir: p.workspace.Dir})
	if err != nil {
		return planned, err
	}
	for _, f := range findings {
		if f.Severity == lint.Error {
			wrong(fmt.Errorf("%s:%d: %s (%s)", f.File, f.Line, f.Message, f.Rule))
		}
	}
	to, err := p.registries.Named(e.Value.Registry)
	if err != nil {
		return planned, err
	}
	made, err := p.candidate(ctx, tag, recorded, to)
	switch {
	case ctx.Err() != nil:
		return planned, context.Cause(ctx)
	case err != nil:
		wrong(err)
	default:
		a := admission{workspace: p.workspace, targets: p.targets, environment: e, release: made}
		if e.Value.Protected {
			refused, err := asRefusal(admitProtected(e.Name, a.release.Record))
			if err != nil {
				return planned, err
			}
			planned.Refused = refused
		}
		var failures []error
		planned.Targets, failures = p.targets.Offline(ctx, e, o.Only, made)
		for _, err := range failures {
			wrong(err)
		}
	}
	if len(planned.Images) > 0 {
		planned.unseen("registry "+e.Value.Registry, errors.New("whether it has the images was "+offlineWhy))
	}
	for _, name := range e.Value.Deploy.Names() {
		if len(o.Only) == 0 || slices.Contains(o.Only, name) {
			planned.unseen("target "+name, errors.New("what it has now was "+offlineWhy))
		}
	}
	slices.Sort(planned.Wrong)
	planned.Wrong = slices.Compact(planned.Wrong)
	return planned, ctx.Err()
}

// linesOf are the texts of errors that were joined.
func linesOf(err error) []string {
	var joined interface{ Unwrap() []error }
	if !errors.As(err, &joined) || fmt.Sprint(errors.Join(joined.Unwrap()...)) != err.Error() {
		return []string{err.Error()}
	}
	var lines []string
	for _, each := range joined.Unwrap() {
		lines = append(lines, linesOf(each)...)
	}
	return lines
}
