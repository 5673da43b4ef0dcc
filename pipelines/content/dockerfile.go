package content

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Dockerfile is a Dockerfile that was read.
type Dockerfile struct {
	// Path that was read.
	Path    string
	Content []byte
	// ignore is the path of the ignore file that goes with it.
	ignore string
}

// ReadDockerfile reads the Dockerfile at path, relative to context or
// absolute; "Dockerfile" when empty. As in BuildKit, "dockerfile" will do for "Dockerfile", and an ignore
// file named after the Dockerfile goes before the context's ".dockerignore".
func ReadDockerfile(context, path string) (Dockerfile, error) {
	if info, err := os.Stat(context); err != nil || !info.IsDir() {
		return Dockerfile{}, fmt.Errorf("reading build context %q: there is no such directory", context)
	}
	full := cmp.Or(path, "Dockerfile")
	if !filepath.IsAbs(full) {
		full = filepath.Join(context, full)
	}
	content, err := os.ReadFile(full)
	if errors.Is(err, fs.ErrNotExist) && filepath.Base(full) == "Dockerfile" {
		lower := filepath.Join(filepath.Dir(full), "dockerfile")
		if other, otherErr := os.ReadFile(lower); otherErr == nil {
			content, err = other, nil
		}
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return Dockerfile{}, fmt.Errorf("reading Dockerfile %q: there is no such file", full)
	case err != nil:
		return Dockerfile{}, fmt.Errorf("reading Dockerfile: %w", err)
	case strings.TrimSpace(string(content)) == "":
		return Dockerfile{}, fmt.Errorf("reading Dockerfile %q: it is empty; it needs at least a FROM line", full)
	}
	ignore := full + ".dockerignore"
	if _, err := os.Stat(ignore); err != nil {
		ignore = ignoreFileOf(context)
	}
	return Dockerfile{Path: full, Content: content, ignore: ignore}, nil
}

func ignoreFileOf(context string) string { return filepath.Join(context, ".dockerignore") }
