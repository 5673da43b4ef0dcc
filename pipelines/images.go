package pipelines

import (
	"context"
	"path/filepath"
	"strings"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/engine"
)

// images are the images of the project: those of slipway.yaml, or those of the
// bake file that it names.
func (p *Project) images(ctx context.Context) (config.Map[config.Image], error) {
	if p.Config.Images.Bake == "" {
		return p.Config.Images.Named, nil
	}
	p.bakeOnce.Do(func() { p.baked, p.bakeErr = bakeImages(ctx, p.dir, p.Config.Images) })
	return p.baked, p.bakeErr
}

// selectImages are the images named, or all of them.
func (p *Project) selectImages(ctx context.Context, names []string) (config.Map[config.Image], error) {
	all, err := p.images(ctx)
	if err != nil || len(names) == 0 {
		return all, err
	}
	var selected config.Map[config.Image]
	for _, name := range names {
		image, ok := all.Get(name)
		if !ok {
			return nil, usage("unknown image %q: %s", name, choices("images", all.Names(), p.Config.Path))
		}
		selected = append(selected, config.Entry[config.Image]{Name: name, Value: image})
	}
	return selected, nil
}

// build is what an engine needs to build from c: absolute paths, secrets
// resolved. Artifacts are not in it: see builder.
func (p *Project) build(ctx context.Context, name string, c config.Build, platforms []string) (engine.Build, error) {
	secret, err := p.resolve(ctx, c.Secrets)
	if err != nil {
		return engine.Build{}, err
	}
	contexts := map[string]string{}
	for context, where := range c.Contexts {
		contexts[context] = p.namedContext(where)
	}
	return engine.Build{
		Name: name, Context: p.contextDir(c), Dockerfile: c.Dockerfile, Target: c.Target,
		Args: c.Args, Platforms: orDefault(platforms), Secrets: secret, SSH: c.SSH,
		Contexts: contexts, CacheFrom: c.CacheFrom, CacheTo: c.CacheTo,
	}, nil
}

func (p *Project) contextDir(c config.Build) string { return absolute(p.dir, c.Context) }

// namedContext makes a directory absolute; anything with a scheme
// (docker-image://, https://, target:) stays as it is.
func (p *Project) namedContext(where string) string {
	if strings.Contains(where, ":") {
		return where
	}
	return absolute(p.dir, where)
}

func absolute(dir, path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(dir, path)
}

// buildLabels are the labels of the OCI image specification that name the
// commit that built an image. They are no part of its content.
// https://github.com/opencontainers/image-spec/blob/main/annotations.md
func (p *Project) buildLabels(version string) map[string]string {
	labels := map[string]string{
		"org.opencontainers.image.revision": p.Info.Commit,
		"org.opencontainers.image.version":  version,
	}
	if p.Info.Source != "" {
		labels["org.opencontainers.image.source"] = p.Info.Source
	}
	if !p.Info.CommitTime.IsZero() {
		labels["org.opencontainers.image.created"] = p.Info.CommitTime.UTC().Format("2006-01-02T15:04:05Z")
	}
	return labels
}
