package terraform

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"git.example/slipway/pipelines/secrets"
)

// The output of a program that is slow to begin is its own, not that of what ran
// in the same directory before.
func TestOutputIsItsOwn(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "slow")
	if err := os.WriteFile(name, []byte("#!/bin/sh\necho the whole output\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "out"), []byte("of before, and longer than the next\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	// The shell is slow to begin: it reads this first.
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
	if err := os.WriteFile(filepath.Join(dir, "sh"), []byte("#!/bin/sh\nsleep 0.3\nexec /bin/sh \"$@\"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	p := &program{name: name, module: module{project: dir}, secrets: secrets.NewRedactor()}
	var log bytes.Buffer
	if err := p.run(t.Context(), &log, dir, "apply"); err != nil {
		t.Fatal(err)
	}
	if got := log.String(); got != "the whole output\n" {
		t.Errorf("log %q", got)
	}
}
