package e2e

import (
	"os/exec"
	"testing"
)

// TestGeneratedCode generates the module's code in a clone of the last commit:
// it must be what is committed.
func TestGeneratedCode(t *testing.T) {
	needEngine(t)
	dir := t.TempDir()
	run(t, exec.Command("git", "clone", "-q", "../..", dir))
	develop := exec.Command("dagger", "--silent", "develop")
	develop.Dir = dir
	run(t, develop)
	status := exec.Command("git", "status", "--porcelain", "--", "dagger.json", "ci")
	status.Dir = dir
	out, err := status.Output()
	if err != nil {
		t.Fatal(err)
	}
	if len(out) > 0 {
		t.Errorf("the generated code is stale; run dagger develop and commit:\n%s", out)
	}
}
