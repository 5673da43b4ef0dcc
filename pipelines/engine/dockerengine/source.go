package dockerengine

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"git.example/slipway/pipelines/engine"
)

// source is where a build's files are.
type source struct {
	context, dockerfile string
}

// sources are the context and Dockerfile of b, which exist.
func sources(b engine.Build) (source, error) {
	info, err := os.Stat(b.Context)
	if errors.Is(err, fs.ErrNotExist) || err == nil && !info.IsDir() {
		return source{}, fmt.Errorf("its context %q is not a directory", b.Context)
	}
	if err != nil {
		return source{}, err
	}
	dockerfile := b.Dockerfile
	if !filepath.IsAbs(dockerfile) {
		dockerfile = filepath.Join(b.Context, dockerfile)
	}
	content, err := os.ReadFile(dockerfile)
	if errors.Is(err, fs.ErrNotExist) {
		return source{}, fmt.Errorf("its context has no %q", b.Dockerfile)
	}
	if err != nil {
		return source{}, err
	}
	if strings.TrimSpace(string(content)) == "" {
		return source{}, fmt.Errorf("its Dockerfile %q is empty", dockerfile)
	}
	return source{context: b.Context, dockerfile: dockerfile}, nil
}
