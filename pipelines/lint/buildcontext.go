package lint

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"slices"

	"github.com/moby/patternmatcher"
	"github.com/moby/patternmatcher/ignorefile"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/content"
	"git.example/slipway/pipelines/lazy"
)

// buildContext is a directory that images are built from.
type buildContext struct {
	dir string
	// name is dir relative to the project's directory.
	name       string
	dockerfile *file
	// image is one of the images that are built from it.
	image string
	// ignored are the patterns of the ignore file; hasIgnore says that there is one.
	ignored   []string
	hasIgnore bool
}

// buildContexts are those of the images, in their order.
func buildContexts(dir string, images config.Map[config.Image]) []*buildContext {
	var all []*buildContext
	for _, image := range images {
		if c := newBuildContext(dir, image.Name, image.Value.Build); c != nil {
			all = append(all, c)
		}
	}
	return all
}

// newBuildContext is nil when there is no Dockerfile: the build says that.
func newBuildContext(dir, image string, b config.Build) *buildContext {
	path := b.Dockerfile
	if path == "" {
		path = "Dockerfile"
	}
	c := &buildContext{dir: filepath.Join(dir, b.Context), name: filepath.ToSlash(filepath.Clean("./" + b.Context)), image: image}
	read, err := content.ReadDockerfile(c.dir, path)
	if err != nil {
		return nil
	}
	c.dockerfile = newFile(dir, read.Path)
	for _, name := range []string{read.Path + ".dockerignore", filepath.Join(c.dir, ".dockerignore")} {
		content, err := os.ReadFile(name)
		if err != nil {
			continue
		}
		c.hasIgnore = true
		// A broken ignore file is the build's to tell.
		c.ignored, _ = ignorefile.ReadAll(bytes.NewReader(content))
		break
	}
	return c
}

// holds says that the builder gets the file name of the context's directory.
func (c *buildContext) holds(name string) bool {
	if _, err := os.Stat(filepath.Join(c.dir, name)); err != nil {
		return false
	}
	left, err := patternmatcher.MatchesOrParentMatches(name, c.ignored)
	return err == nil && !left
}

var (
	copyAll     = lazy.Regexp(`(?i)^\s*(COPY|ADD)\s+((--(chown|chmod|link|exclude|parents)\S*)\s+)*(\[\s*"\.?/?\*?"|\.?/?\*?\s)`)
	healthcheck = lazy.Regexp(`(?i)^\s*HEALTHCHECK\s+(-|CMD)`)
)

// line is the first line of the Dockerfile that matches; 0 when none does.
func (c *buildContext) line(pattern *regexp.Regexp) int {
	return 1 + slices.IndexFunc(c.dockerfile.lines, pattern.MatchString)
}
