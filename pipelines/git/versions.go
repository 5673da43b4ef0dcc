package git

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
)

// Versions are the contents that a file had in HEAD and before, newest first, most
// of them at most; those that this clone has. The path is absolute.
func (r *Repository) Versions(ctx context.Context, path string, most int) ([][]byte, error) {
	dir, err := filepath.EvalSymlinks(filepath.Dir(path))
	if err != nil {
		return nil, err
	}
	name, err := filepath.Rel(r.dir, filepath.Join(dir, filepath.Base(path)))
	if err != nil {
		return nil, err
	}
	name = filepath.ToSlash(name)
	out, err := r.run(ctx, "log", fmt.Sprintf("--max-count=%d", most), "--format=%H", "--end-of-options", "HEAD", "--", name)
	if err != nil {
		return nil, fmt.Errorf("reading the history of %q: %w", name, err)
	}
	var contents [][]byte
	for _, commit := range strings.Fields(out) {
		text, err := r.run(ctx, "cat-file", "blob", commit+":"+name)
		if err != nil {
			continue // it was removed there
		}
		contents = append(contents, []byte(text))
	}
	return contents, nil
}
