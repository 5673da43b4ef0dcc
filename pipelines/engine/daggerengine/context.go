package daggerengine

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"dagger.io/dagger"
	"github.com/moby/patternmatcher/ignorefile"

	"git.example/slipway/pipelines/content"
	"git.example/slipway/pipelines/engine"
)

// Where the Dockerfile is in the directory that is built.
const (
	buildFiles = ".slipway-build"
	dockerfile = buildFiles + "/Dockerfile"
)

// context is the directory that b is built from: what the ignore file lets
// through, the overlay, and the Dockerfile.
//
// Dagger would apply the ignore file once more, also to the overlay. It prefers
// one that is named after the Dockerfile, so there is one, and it hides nothing
// but itself and the Dockerfile.
func (r builder) context(b engine.Build) (*dagger.Directory, error) {
	read, err := content.ReadDockerfile(b.Context, b.Dockerfile)
	if err != nil {
		return nil, err
	}
	ignored, err := ignorePatterns(read.Path+".dockerignore", filepath.Join(b.Context, ".dockerignore"))
	if err != nil {
		return nil, err
	}
	for _, dir := range b.Without {
		ignored = append(ignored, literal.Replace(path.Clean(dir)))
	}
	overlay := sortedKeys(b.Overlay)
	for _, at := range overlay {
		if !filepath.IsLocal(filepath.FromSlash(at)) {
			return nil, fmt.Errorf("overlay %q: the path leaves the context", at)
		}
		// What the overlay replaces is not sent. Taking it out of the directory
		// afterwards would not do: ignore rules bring it back in v0.21.8.
		ignored = append(ignored, literal.Replace(path.Clean(at)))
	}
	dir := r.conn.client.Host().Directory(b.Context, dagger.HostDirectoryOpts{Exclude: ignored, NoCache: true})
	for _, at := range overlay {
		if dir, err = r.put(dir, at, b.Overlay[at]); err != nil {
			return nil, fmt.Errorf("overlay %q: %w", at, err)
		}
	}
	return dir.
		WithNewFile(dockerfile, string(read.Content)).
		WithNewFile(dockerfile+".dockerignore", buildFiles+"\n"), nil
}

// literal makes a pattern that matches one path only.
var literal = strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`)

// put adds a file or directory of this machine to dir.
func (r builder) put(dir *dagger.Directory, at, from string) (*dagger.Directory, error) {
	info, err := os.Stat(from)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return dir.WithFile(at, r.conn.hostFile(from)), nil
	}
	return dir.WithDirectory(at, r.conn.hostDirectory(from)), nil
}

// ignorePatterns are those of the first of the files that exists.
func ignorePatterns(files ...string) ([]string, error) {
	for _, file := range files {
		content, err := os.ReadFile(file)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("reading the ignore file: %w", err)
		}
		patterns, err := ignorefile.ReadAll(bytes.NewReader(content))
		if err != nil {
			return nil, fmt.Errorf("reading the ignore file %q: %w", file, err)
		}
		return patterns, nil
	}
	return nil, nil
}
