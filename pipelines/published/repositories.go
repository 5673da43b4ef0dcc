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
	"git.example/slipway/pipelines/report"
	"git.example/slipway/pipelines/workspace"
)

// Images are the repositories of images as slipway.yaml names them, by the image's
// name; empty for the one that a registry gives it by default.
type Images map[string]string

// Prepare wants the repositories of images and records to exist on ECR, so that
// what is missing is known, or made, before anything is built.
func (r *Registries) Prepare(ctx context.Context, to []Destination, images Images) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(requestsAtOnce)
	for _, d := range to {
		if d.config.DockerHub != nil {
			group.Go(func() error {
				r.warnPublic(ctx, d)
				return nil
			})
		}
		if d.config.ECR == nil {
			continue
		}
		for _, repository := range d.repositories(images) {
			group.Go(func() error { return r.ensure(ctx, d, repository) })
		}
	}
	return group.Wait()
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
		return nil // who may push need not be allowed to look; the push tells
	}
	if err != nil {
		advice := ""
		if d.Host()+"/"+name == d.Records() {
			advice = d.recordsAdvice(err)
		}
		return fmt.Errorf("registry %q: %w%s", d.Name, err, advice)
	}
	if made {
		r.workspace.Notice(report.Info, "created repository %q in registry %q: tags are immutable, images are scanned on push", name, d.Name)
	}
	return nil
}

// warnPublic says, before a first record is pushed to Docker Hub, who may read it.
func (r *Registries) warnPublic(ctx context.Context, d Destination) {
	if d.project.Record != nil {
		return
	}
	for _, err := range r.workspace.Registry.Tags(ctx, d.Records()) {
		if isAbsent(err) {
			r.workspace.Notice(report.Warning, "release records, with the deploy files in them, go to %s, which Docker Hub makes with your account's default visibility: "+
				"make it private there first if others must not read them, or name another with record:", d.Records())
		}
		return
	}
}
