package composefile

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"git.example/slipway/pipelines/scratch"
)

// contents gives compose-go the files that others include or extend and that
// are not on disk. Compose-go wants paths, so they are written out, all of them
// at once, when the first one is asked for.
type contents struct {
	files map[string][]byte
	made  *scratch.Dir
	dir   string
}

// Accept says whether path is one of the files.
func (c *contents) Accept(path string) bool {
	_, ok := c.find(path)
	return ok
}

// Load is where path was written to.
func (c *contents) Load(_ context.Context, path string) (string, error) {
	name, _ := c.find(path)
	if err := c.write(); err != nil {
		return "", fmt.Errorf("writing %q to a temporary directory: %w", path, err)
	}
	return filepath.Join(c.dir, name), nil
}

// Dir is what relative paths in path's content are relative to.
func (c *contents) Dir(path string) string {
	if rel, err := filepath.Rel(c.dir, path); c.dir != "" && filepath.IsAbs(path) && err == nil {
		path = rel
	}
	return filepath.Dir(path)
}

func (c *contents) find(path string) (string, bool) {
	for _, name := range []string{path, filepath.Clean(path)} {
		if _, ok := c.files[name]; ok && filepath.IsLocal(name) {
			return name, true
		}
	}
	return "", false
}

func (c *contents) write() error {
	if c.dir != "" {
		return nil
	}
	made, err := scratch.New("compose")
	if err != nil {
		return err
	}
	c.made, c.dir = made, made.Path
	dir := c.dir
	for name, content := range c.files {
		if !filepath.IsLocal(name) {
			continue
		}
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return err
		}
		if err := os.WriteFile(path, blankVersion(content), 0o600); err != nil {
			return err
		}
	}
	return nil
}

func (c *contents) remove() {
	if c.made != nil {
		c.made.Remove() // in the temporary directory: a later run removes what is left
	}
}
