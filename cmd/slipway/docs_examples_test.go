package main

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestExamplesLint: lint finds nothing wrong with the examples, and no warning that
// a reader would have to explain away.
func TestExamplesLint(t *testing.T) {
	files, err := filepath.Glob("../../examples/*/slipway.yaml")
	if err != nil || len(files) < 5 {
		t.Fatalf("%d examples: %v", len(files), err)
	}
	for _, file := range files {
		lint := exec.Command("slipway", "lint")
		lint.Dir = filepath.Dir(file)
		out, err := lint.CombinedOutput()
		if err != nil || strings.Contains(string(out), "warning: ") {
			t.Errorf("%s: %v\n%s", filepath.Base(lint.Dir), err, out)
		}
	}
}
