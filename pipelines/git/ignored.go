package git

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"git.example/slipway/pipelines/command"
)

// Ignored are those of the paths, absolute ones, that git leaves out because of an
// ignore file, and that it does not track all the same: another clone has none of
// them. Paths outside the repository are not among them.
func (r *Repository) Ignored(ctx context.Context, paths []string) ([]string, error) {
	named := map[string]string{}
	var input strings.Builder
	for _, path := range paths {
		dir, err := filepath.EvalSymlinks(filepath.Dir(path))
		if err != nil {
			continue // who reads it says so
		}
		name, err := filepath.Rel(r.dir, filepath.Join(dir, filepath.Base(path)))
		if err != nil || !filepath.IsLocal(name) {
			continue
		}
		named[filepath.ToSlash(name)] = path
		input.WriteString(filepath.ToSlash(name) + "\x00")
	}
	if len(named) == 0 {
		return nil, nil
	}
	c := gitCommand(r.dir, "check-ignore", "-z", "--stdin") // tracked ones are left out
	c.Stdin = strings.NewReader(input.String())
	out, err := c.Output(ctx)
	if err != nil && command.ExitCode(err) != 1 { // 1: none is
		return nil, fmt.Errorf("asking git what it ignores: %w", explain(err, r.dir))
	}
	var ignored []string
	for name := range strings.SplitSeq(string(out), "\x00") {
		if path, ok := named[name]; ok {
			ignored = append(ignored, path)
		}
	}
	return ignored, nil
}
