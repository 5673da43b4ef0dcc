package pipelines

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/lint"
	"git.example/slipway/pipelines/published"
)

// offlineWhy is why something was not looked at.
const offlineWhy = "not looked at (--offline)"

// offline is Plan for where nothing can be asked: what the checkout alone
// tells of the images, the deploy files and the targets, and what is wrong with
// them.
func (p planner) offline(ctx context.Context, e config.Entry[config.Environment], o PlanOptions) (Planned, error) {
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
	parts := candidateParts{checks: p.passing(o)}
	planned.Images, parts.images = unassessed(configured)
	wrong(p.sources(configured))
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
	made, err := p.candidate(ctx, tag, parts, to)
	switch {
	case ctx.Err() != nil:
		return planned, context.Cause(ctx)
	case err != nil:
		wrong(err)
	default:
		wrong(p.untracked(ctx, made))
		wrong(publishable(ctx, p.workspace, made))
		a := admission{workspace: p.workspace, targets: p.targets, environment: e, release: made}
		if e.Value.Protected {
			refused, err := asRefusal(admitProtected(e.Name, a.release.Record))
			if err != nil {
				return planned, err
			}
			more, err := asRefusal(admitFiles(ctx, a.workspace, "deploying", e.Name, a.release))
			if err != nil {
				return planned, err
			}
			planned.Refused = append(refused, more...)
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

// sources are why an image or a check could not be built or run, for want of a
// file.
func (p planner) sources(configured config.Map[config.Image]) error {
	var errs []error
	for _, image := range configured {
		errs = append(errs, p.images.Sources(fmt.Sprintf("image %q", image.Name), image.Value.Build, image.Value.Platforms))
	}
	for _, check := range p.workspace.Config.Checks {
		name := fmt.Sprintf("check %q", check.Name)
		if check.Value.Build != nil {
			errs = append(errs, p.images.Sources(name, *check.Value.Build, nil))
		}
		files := []string{}
		if check.Value.Compose != nil {
			files = append(files, check.Value.Compose.File...)
		}
		if check.Value.Mount != "" {
			files = append(files, check.Value.Mount)
		}
		for _, file := range files {
			if _, err := os.Stat(p.workspace.Path(file)); err != nil {
				errs = append(errs, fmt.Errorf("%s: reading %q: there is no such file", name, file))
			}
		}
	}
	return errors.Join(errs...)
}

// untracked are the deploy files of a release that git leaves out: another clone,
// such as CI's, does not have them.
func (p planner) untracked(ctx context.Context, r published.Release) error {
	if p.workspace.Git == nil {
		return nil
	}
	ignored, err := p.workspace.Git.Ignored(ctx, p.workspace.Paths(slices.Sorted(maps.Keys(r.Files))))
	errs := []error{err}
	for _, path := range ignored {
		shown, _ := filepath.Rel(p.workspace.Dir, path)
		errs = append(errs, fmt.Errorf("deploy file %q: git ignores it, so another checkout does not have it; take it out of .gitignore, or git add --force it", filepath.ToSlash(shown)))
	}
	return errors.Join(errs...)
}

// linesOf are the texts of errors that were joined.
func linesOf(err error) []string {
	if err == nil {
		return nil
	}
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
