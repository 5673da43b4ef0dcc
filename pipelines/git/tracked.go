package git

import (
	"bytes"
	"context"
	"fmt"
	"strings"
)

// The modes of what git tracks, as it writes them.
const (
	ModeFile       = "100644"
	ModeExecutable = "100755"
	ModeLink       = "120000"
	ModeSubmodule  = "160000"
)

// Tracked are the modes of all files that the work tree's index has, by path, which
// is relative to the top of the work tree, with slashes. Links and submodules are
// among them.
func (r *Repository) Tracked(ctx context.Context) (map[string]string, error) {
	out, err := r.run(ctx, "ls-files", "--stage", "-z", "--full-name", "--", ".")
	if err != nil {
		return nil, fmt.Errorf("listing the files that git tracks: %w", err)
	}
	modes := map[string]string{}
	for line := range strings.SplitSeq(out, "\x00") {
		about, path, ok := strings.Cut(line, "\t")
		if mode, _, _ := strings.Cut(about, " "); ok {
			modes[path] = mode
		}
	}
	return modes, nil
}

// IsPointer says that content stands for one that is in Git LFS.
func IsPointer(content []byte) bool {
	return len(content) < pointerMost && bytes.HasPrefix(content, []byte(pointerStart))
}

// Listed are the files at and below dir that git has or would take: what is tracked,
// and what is new and not ignored. They are relative to dir, with slashes.
func Listed(ctx context.Context, dir string) ([]string, error) {
	out, err := run(ctx, dir, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	if err != nil {
		return nil, fmt.Errorf("listing the files of git at %q: %w", dir, explain(err, dir))
	}
	var files []string
	for name := range strings.SplitSeq(out, "\x00") {
		if name != "" {
			files = append(files, name)
		}
	}
	return files, nil
}
