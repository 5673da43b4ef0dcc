package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// timed runs a command; its output is shown when it fails.
func timed(ctx context.Context, c *exec.Cmd) (time.Duration, error) {
	bound := exec.CommandContext(ctx, c.Args[0], c.Args[1:]...)
	bound.Dir, bound.Env = c.Dir, c.Env
	started := time.Now()
	output, err := bound.CombinedOutput()
	took := time.Since(started)
	if err != nil {
		return took, fmt.Errorf("running %q: %w\n%s", strings.Join(c.Args, " "), err, output)
	}
	return took, nil
}

// write writes a file, and makes its directory.
func write(path, content string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, []byte(content), 0o644)
}
