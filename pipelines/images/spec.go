package images

import (
	"cmp"
	"context"
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"git.example/slipway/pipelines/boundary"
	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/content"
	"git.example/slipway/pipelines/engine"
)

// Spec is what an engine needs to build from b: absolute paths, secrets
// resolved. Artifacts are not in it: see Builder. Name is for messages.
func (c *Catalog) Spec(ctx context.Context, name string, b config.Build, platforms []string) (engine.Build, error) {
	if err := c.inside(name, b); err != nil {
		return engine.Build{}, err
	}
	secret, err := c.workspace.Resolve(ctx, b.Secrets)
	if err != nil {
		return engine.Build{}, err
	}
	return engine.Build{
		Name: name, Context: c.workspace.Path(b.Context), Dockerfile: b.Dockerfile, Target: b.Target,
		Without: c.workspace.OwnIn(c.workspace.Path(b.Context)),
		Args:    b.Args, Platforms: orOurs(platforms), Secrets: secret, SSH: b.SSH,
		Contexts: c.namedContexts(b), CacheFrom: b.CacheFrom, CacheTo: b.CacheTo,
	}, nil
}

// inside says what of a build is not in the repository.
func (c *Catalog) inside(name string, b config.Build) error {
	dir := c.workspace.Path(b.Context)
	paths := []string{dir, filepath.Join(dir, cmp.Or(b.Dockerfile, "Dockerfile"))}
	for _, where := range c.namedContexts(b) {
		if !content.IsReference(where) {
			paths = append(paths, where)
		}
	}
	for _, cache := range slices.Concat(b.CacheFrom, b.CacheTo) {
		if dir, local := boundary.CacheDirectory(cache); local {
			paths = append(paths, c.workspace.Path(dir))
		}
	}
	if err := c.workspace.Inside(paths...); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// namedContexts are a build's, their directories absolute; anything with a
// scheme (docker-image://, https://, target:) stays as it is.
func (c *Catalog) namedContexts(b config.Build) map[string]string {
	contexts := map[string]string{}
	for name, where := range b.Contexts {
		if !strings.Contains(where, ":") {
			where = c.workspace.Path(where)
		}
		contexts[name] = where
	}
	return contexts
}

// orOurs is the platforms, or this machine's own.
func orOurs(platforms []string) []string {
	if len(platforms) == 0 {
		return []string{"linux/" + runtime.GOARCH}
	}
	return platforms
}

// labels are those of the OCI image specification that name the commit that built
// an image. They are no part of its content.
// https://github.com/opencontainers/image-spec/blob/main/annotations.md
func (c *Catalog) labels(version string) map[string]string {
	info := c.workspace.Info
	labels := map[string]string{
		"org.opencontainers.image.revision": info.Commit,
		"org.opencontainers.image.version":  version,
	}
	if info.Source != "" {
		labels["org.opencontainers.image.source"] = info.Source
	}
	if !info.CommitTime.IsZero() {
		labels["org.opencontainers.image.created"] = info.CommitTime.UTC().Format("2006-01-02T15:04:05Z")
	}
	return labels
}
