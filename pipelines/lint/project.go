package lint

import (
	"context"
	"fmt"
	"path/filepath"

	"git.example/slipway/pipelines/config"
)

// project is everything that rules look at.
type project struct {
	config *config.Config
	images config.Map[config.Image]
	// file is slipway.yaml.
	file *file
	// stacks are the compose files of checks and targets.
	stacks    []*stack
	contexts  []*buildContext
	workflows []*file
	circleci  []*file
}

func open(ctx context.Context, in Input) (*project, error) {
	dir, err := filepath.Abs(in.Dir)
	if err != nil {
		return nil, fmt.Errorf("reading project %q: %w", in.Dir, err)
	}
	p := &project{config: in.Config, images: in.Images, file: newYAML(dir, in.Config.Path)}
	if p.images == nil {
		p.images = in.Config.Images.Named
	}
	for _, check := range in.Config.Checks {
		if c := check.Value.Compose; c != nil && len(c.File) > 0 {
			p.stacks = append(p.stacks, p.checkStack(ctx, dir, check, in.Env))
		}
	}
	for _, environment := range in.Config.Environments {
		for _, target := range environment.Value.Deploy {
			if t := target.Value.Compose; t != nil && len(t.File) > 0 {
				p.stacks = append(p.stacks, p.targetStack(ctx, dir, environment, target, in.Env))
			}
		}
	}
	p.contexts = p.buildContexts(dir)
	p.workflows = p.glob(dir, ".github/workflows/*.yml", ".github/workflows/*.yaml", "action.yml", ".github/actions/*/action.yml")
	p.circleci = p.glob(dir, ".circleci/*.yml", ".circleci/*.yaml")
	return p, ctx.Err()
}

func (p *project) glob(dir string, patterns ...string) []*file {
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
