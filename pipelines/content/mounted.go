package content

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
)

// Files hashes a file, or a directory with all that is in it: what is mounted
// or copied as it is, past every ignore file. Commit stands for a .git in it.
func (h *Hasher) Files(ctx context.Context, path, commit string) (Hash, error) {
	path, err := filepath.EvalSymlinks(path)
	if err != nil {
		return "", fmt.Errorf("hashing mounted files: %w", err)
	}
	info, err := os.Stat(path)
	if err != nil {
		return "", fmt.Errorf("hashing mounted files: %w", err)
	}
	s := newSummer("mounted files v1")
	if !info.IsDir() {
		content, err := h.file(ctx, path)
		if err != nil {
			return "", fmt.Errorf("hashing %q: %w", path, err)
		}
		s.text(content)
		return s.sum(), nil
	}
	files, err := h.tree(ctx, tree{root: path})
	if err != nil {
		return "", err
	}
	files.addTo(s, nil, commit)
	return s.sum(), nil
}
