package published

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"git.example/slipway/pipelines/aws"
	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/registry"
	"git.example/slipway/pipelines/report"
	"git.example/slipway/pipelines/workspace"
)

// Images are the repositories of images as slipway.yaml names them, by the image's
// name; empty for the one that a registry gives it by default.
type Images map[string]string

// Prepare wants the repositories of images and records to exist on ECR, and that of
// the records to be there or to be made by a push elsewhere, so that what is missing
// is known, or made, before anything is built.
func (r *Registries) Prepare(ctx context.Context, to []Destination, images Images) error {
	var group errgroup.Group
	group.SetLimit(registry.CallsAtOnce)
	var problems []*error
	ensure := func(check func() error) {
		problem := new(error)
		problems = append(problems, problem)
		group.Go(func() error {
			*problem = check()
			return nil
		})
	}
	for _, d := range to {
		switch {
		case d.config.Embedded != nil:
			continue
		case d.config.ECR == nil:
			ensure(func() error { return r.ensureRecords(ctx, d) })
			continue
		}
		for _, repository := range d.repositories(images) {
			ensure(func() error { return r.ensure(ctx, d, repository) })
		}
	}
	_ = group.Wait() // the errors are in problems: all that is missing is said at once
	var missing []error
	for _, problem := range problems {
		missing = append(missing, *problem)
	}
	return errors.Join(missing...)
}

// repositories are the names of all that a release writes to.
func (d Destination) repositories(images Images) []string {
	full := []string{d.Records()}
	for name, repository := range images {
		full = append(full, d.Repository(name, config.Image{Repository: repository}))
	}
	for i := range full {
		full[i] = strings.TrimPrefix(full[i], d.Host()+"/")
	}
	slices.Sort(full)
	return slices.Compact(full)
}

func (r *Registries) ensure(ctx context.Context, d Destination, name string) error {
	c := *d.config.ECR
	o := workspace.ECROptions(c)
	made, err := r.workspace.AWS.EnsureRepository(ctx, o, c.Account, name, c.Create)
	if err != nil && !c.Create && (errors.Is(err, aws.ErrDenied) || errors.Is(err, aws.ErrNoCredentials) && !o.Explicit()) {
		return r.look(ctx, d, name)
	}
	if err != nil {
		return fmt.Errorf("registry %q: %w%s", d.Name, err, d.adviceFor(name, err))
	}
	if made {
		r.workspace.Notice(report.Info, "created repository %q in registry %q: tags are immutable, images are scanned on push", name, d.Name)
	}
	return nil
}

// look asks the registry itself whether the repository of the records can be pushed
// to. Of images the push tells.
func (r *Registries) look(ctx context.Context, d Destination, name string) error {
	if d.Host()+"/"+name != d.Records() {
		return nil
	}
	if err := r.workspace.Registry.CheckPush(ctx, d.Records()); isAbsent(err) {
		return fmt.Errorf("registry %q: %w%s", d.Name, err, d.recordsAdvice(err))
	}
	return nil
}

// adviceFor is recordsAdvice, if the repository is that of the records.
func (d Destination) adviceFor(name string, err error) string {
	if d.Host()+"/"+name != d.Records() {
		return ""
	}
	return d.recordsAdvice(err)
}
