package targets

import (
	"context"
	"fmt"
	"path/filepath"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy/terraform"
	"git.example/slipway/pipelines/workspace"
)

// TagMaps are the paths of the tag maps of all environments. A deploy writes them,
// which makes no other release of the tree.
func TagMaps(dir string, c *config.Config) []string {
	var paths []string
	for _, environment := range c.Environments {
		for _, target := range environment.Value.Deploy {
			if target.Value.Terraform != nil {
				paths = append(paths, terraform.MapFile(dir, *target.Value.Terraform))
			}
		}
	}
	return paths
}

// WriteTagMaps writes the tag map of every Terraform target that has none, with
// the bootstrap tag for each of the images. The paths of those that were written
// are relative to the project.
func WriteTagMaps(ctx context.Context, w *workspace.Workspace, images []string) ([]string, error) {
	var written []string
	found := false
	for _, environment := range w.Config.Environments {
		for _, target := range environment.Value.Deploy {
			if target.Value.Terraform == nil {
				continue
			}
			found = true
			t := terraform.New(terraform.Options{Name: target.Name, Project: w.Dir, Config: *target.Value.Terraform, Images: images})
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
		return nil, workspace.Usage("no environment in %s has a Terraform target: there is no tag map to write", filepath.Base(w.Config.Path))
	}
	return written, nil
}

// LeaveTagMaps makes this run pass tags to Terraform and leave the tag maps alone.
func (e *Environment) LeaveTagMaps() {
	for _, target := range e.Targets {
		if t, ok := target.Target.(*terraform.Target); ok {
			t.NoTfvars = true
		}
	}
}
