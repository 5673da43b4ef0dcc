package pipelines

import (
	"context"
	"fmt"
	"path/filepath"

	"git.example/slipway/pipelines/deploy/terraform"
)

// InitTagMaps writes the tag map of every Terraform target that has none, with
// the bootstrap tag for each image: Terraform can make a new environment with it
// before there is any image. The paths of those that were written are relative to
// the project.
func (p *Project) InitTagMaps(ctx context.Context) ([]string, error) {
	images, err := p.images(ctx)
	if err != nil {
		return nil, err
	}
	var written []string
	found := false
	for _, environment := range p.Config.Environments {
		for _, target := range environment.Value.Deploy {
			if target.Value.Terraform == nil {
				continue
			}
			found = true
			t := terraform.New(terraform.Options{Name: target.Name, Project: p.dir, Config: *target.Value.Terraform, Images: images.Names()})
			path, err := t.WriteBootstrap(ctx)
			if err != nil {
				return written, fmt.Errorf("target %q of environment %q: %w", target.Name, environment.Name, err)
			}
			if path != "" {
				written = append(written, path)
			}
		}
	}
	if !found {
		return nil, usage("no environment in %s has a Terraform target: there is no tag map to write", filepath.Base(p.Config.Path))
	}
	return written, nil
}
