package lint

import (
	"context"
	"fmt"
	"path/filepath"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/survey"
)

// project is everything that rules look at.
type project struct {
	config *config.Config
	images config.Map[config.Image]
	// dir is the project's directory, and repository what it may take files from.
	dir, repository string
	tree            *survey.Tree
	// file is slipway.yaml.
	file *file
	// stacks are the compose files of checks and targets.
	stacks    []*stack
	contexts  []*buildContext
	workflows []*file
	circleci  []*file
}

// open reads everything. A file that can't be read is left to the rules.
func open(ctx context.Context, in Input) (*project, error) {
	dir, err := filepath.Abs(in.Dir)
	if err != nil {
		return nil, fmt.Errorf("reading project %q: %w", in.Dir, err)
	}
	if in.Images == nil {
		in.Images = in.Config.Images.Named
	}
	p := &project{config: in.Config, images: in.Images, dir: dir, repository: in.Repository, tree: in.Tree, file: newYAML(dir, in.Config.Path)}
	for _, check := range in.Config.Checks {
		if c := check.Value.Compose; c != nil && len(c.File) > 0 {
			p.stacks = append(p.stacks, checkStack(ctx, dir, check, in.Env))
		}
	}
	for _, environment := range in.Config.Environments {
		for _, target := range environment.Value.Deploy {
			if t := target.Value.Compose; t != nil && len(t.File) > 0 {
				p.stacks = append(p.stacks, targetStack(ctx, dir, in, environment, target))
			}
		}
	}
	p.contexts = buildContexts(dir, p.images)
	p.workflows = yamlFiles(dir, ".github/workflows/*.yml", ".github/workflows/*.yaml", "action.yml", ".github/actions/*/action.yml")
	p.circleci = yamlFiles(dir, ".circleci/*.yml", ".circleci/*.yaml")
	return p, ctx.Err()
}

// yamlFiles are the files that match, pattern by pattern.
func yamlFiles(dir string, patterns ...string) []*file {
	var files []*file
	for _, pattern := range patterns {
		// The only error is a bad pattern.
		paths, _ := filepath.Glob(filepath.Join(dir, filepath.FromSlash(pattern)))
		for _, path := range paths {
			files = append(files, newYAML(dir, path))
		}
	}
	return files
}

// targets are the stacks that are deployed.
func (p *project) targets() []*stack {
	var deployed []*stack
	for _, s := range p.stacks {
		if s.target != nil {
			deployed = append(deployed, s)
		}
	}
	return deployed
}
