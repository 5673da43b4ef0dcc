package pipelines

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
)

// ecrOptions is how to sign in to AWS for a registry.
func ecrOptions(r config.ECR) aws.Options {
	return aws.Options{Region: r.Region, Profile: r.Profile, Role: r.Role, ExternalID: r.ExternalID, Endpoint: r.Endpoint}
}

// ecrLogin is the registry client's provider: AWS's own login for registries on
// ECR. Docker's configuration may have another one, unless slipway.yaml says
// who to be.
func (p *Project) ecrLogin(ctx context.Context, host string, refused bool) (registry.Login, bool, error) {
	for _, r := range p.Config.Registries {
		if r.Value.ECR == nil || r.Value.Host() != host {
			continue
		}
		o := ecrOptions(*r.Value.ECR)
		if refused {
			p.aws.Forget(o, r.Value.ECR.Account)
		}
		login, err := p.aws.Login(ctx, o, r.Value.ECR.Account)
		if err != nil {
			return registry.Login{}, o.Explicit(), fmt.Errorf("registry %q: %w", r.Name, err)
		}
		p.redactor.Add(login.Password)
		return registry.Login{Username: login.Username, Password: login.Password, Expires: login.Expires, Source: "AWS as " + login.As.ARN}, true, nil
	}
	return registry.Login{}, false, nil
}

// ensureRepositories wants the repositories of images and records to exist on
// ECR, so that what is missing is known, or made, before anything is built.
func (p *Project) ensureRepositories(ctx context.Context, to []destination, images config.Map[config.Image]) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(registryParallel)
	for _, d := range to {
		if d.config.ECR == nil {
			continue
		}
		for _, repository := range d.repositories(images) {
			group.Go(func() error { return p.ensureRepository(ctx, d, repository) })
		}
	}
	return group.Wait()
}

// repositories are the names of all that a release writes to.
func (d destination) repositories(images config.Map[config.Image]) []string {
	full := []string{d.records(images)}
	for _, image := range images {
		full = append(full, d.repository(image.Name, image.Value))
	}
	for i := range full {
		full[i] = strings.TrimPrefix(full[i], d.config.Host()+"/")
	}
	slices.Sort(full)
	return slices.Compact(full)
}

func (p *Project) ensureRepository(ctx context.Context, d destination, name string) error {
	r := *d.config.ECR
	made, err := p.aws.EnsureRepository(ctx, ecrOptions(r), r.Account, name, r.Create)
	if err != nil && !r.Create && (errors.Is(err, aws.ErrDenied) || errors.Is(err, aws.ErrNoCredentials) && !ecrOptions(r).Explicit()) {
		return nil // who may push need not be allowed to look; the push tells
	}
	if err != nil {
		return fmt.Errorf("registry %q: %w", d.name, err)
	}
	if made {
		p.notice(report.Info, "created repository %q in registry %q: tags are immutable, images are scanned on push", name, d.name)
	}
	return nil
}
