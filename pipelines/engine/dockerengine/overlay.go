package dockerengine

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/moby/patternmatcher"
	"github.com/moby/patternmatcher/ignorefile"

	"git.example/slipway/pipelines/engine"
)

// withOverlay makes, in dir, the context of a build with an overlay: the files
// that the ignore file lets through, as hard links where that is possible, and the
// overlay over them.
func withOverlay(b engine.Build, from source, dir string) (source, error) {
	made := source{context: filepath.Join(dir, "context"), dockerfile: filepath.Join(dir, "dockerfile", "Dockerfile")}
	ignored, err := ignoreRules(from)
	if err != nil {
		return source{}, err
	}
	if err := copyTree(from.context, made.context, ignored); err != nil {
		return source{}, fmt.Errorf("copying context %q: %w", b.Context, err)
	}
	for at, what := range b.Overlay {
		to := filepath.Join(made.context, filepath.FromSlash(at))
		if !filepath.IsLocal(filepath.FromSlash(at)) {
			return source{}, fmt.Errorf("overlay %q: the path leaves the context", at)
		}
		if err := errors.Join(os.RemoveAll(to), os.MkdirAll(filepath.Dir(to), 0o755)); err != nil {
			return source{}, fmt.Errorf("overlay %q: %w", at, err)
		}
		if err := copyTree(what, to, nil); err != nil {
			return source{}, fmt.Errorf("overlay %q: %w", at, err)
		}
	}
	if err := os.Mkdir(filepath.Dir(made.dockerfile), 0o700); err != nil {
		return source{}, err
	}
	if err := copyFile(from.dockerfile, made.dockerfile, 0o644); err != nil {
		return source{}, err
	}
	// The rules are applied already, and not meant for the overlay: this file,
	// which BuildKit prefers to the context's, takes the place of all others.
	return made, os.WriteFile(made.dockerfile+".dockerignore", []byte("# applied\n"), 0o644)
}

// ignoreRules are those of the Dockerfile's own ignore file, else the context's.
func ignoreRules(from source) (*patternmatcher.PatternMatcher, error) {
	for _, name := range []string{from.dockerfile + ".dockerignore", filepath.Join(from.context, ".dockerignore")} {
		file, err := os.Open(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("reading the ignore file: %w", err)
		}
		defer file.Close()
		patterns, err := ignorefile.ReadAll(file)
		if err != nil {
			return nil, fmt.Errorf("reading the ignore file %q: %w", name, err)
		}
		return patternmatcher.New(patterns)
	}
	return patternmatcher.New(nil)
}
