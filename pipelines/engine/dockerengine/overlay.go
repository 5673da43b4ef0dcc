package dockerengine

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/moby/patternmatcher"

	"git.example/slipway/pipelines/engine"
)

// withOverlay makes, in dir, the context of a build with an overlay: the files
// that the ignore file lets through, as hard links where that is possible, and the
// overlay over them.
func withOverlay(b engine.Build, from source, dir string) (source, error) {
	made := source{context: filepath.Join(dir, "context"), dockerfile: filepath.Join(dir, "dockerfile", "Dockerfile")}
	patterns, err := ignorePatterns(from, b.Without)
	if err != nil {
		return source{}, err
	}
	ignored, err := patternmatcher.New(patterns)
	if err != nil {
		return source{}, fmt.Errorf("reading the ignore file: %w", err)
	}
	if err := copyTree(from.context, made.context, ignored); err != nil {
		return source{}, fmt.Errorf("copying context %q: %w", b.Context, err)
	}
	// The context may have links; an artifact follows none out of it.
	root, err := os.OpenRoot(made.context)
	if err != nil {
		return source{}, fmt.Errorf("copying context %q: %w", b.Context, err)
	}
	defer root.Close()
	for at, what := range b.Overlay {
		inside := filepath.FromSlash(at)
		to := filepath.Join(made.context, inside)
		if !filepath.IsLocal(inside) {
			return source{}, fmt.Errorf("overlay %q: the path leaves the context", at)
		}
		if err := errors.Join(root.RemoveAll(inside), root.MkdirAll(filepath.Dir(inside), 0o755)); err != nil {
			return source{}, fmt.Errorf("putting an artifact at %q of context %q: %w", at, b.Context, err)
		}
		if err := copyTree(what, to, nil); err != nil {
			return source{}, fmt.Errorf("overlay %q: %w", at, err)
		}
	}
	// The rules are applied already, and not meant for the overlay.
	return made, writeDockerfile(from, made.dockerfile, nil)
}
