package job

import (
	"bytes"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/compose/stack"
)

// runner runs jobs as a target does, with its state in dir.
func runner(h deploy.Host, dir string) Runner {
	return Runner{Stack: stack.Stack{Host: deploy.Steady(h), StateDir: dir, Poll: 500 * time.Millisecond}, Blind: time.Minute}
}

// TestSettleShowsEndedJobsNotAgain: what the deploy before did is no news.
func TestSettleShowsEndedJobsNotAgain(t *testing.T) {
	jobs := runner(deploy.LocalHost{}, t.TempDir())
	for name, content := range map[string]string{"job.json": "{}", "pid": "0", "out": "web Recreated\n", "rc": "0\n"} {
		if err := jobs.Stack.Host.WriteFile(t.Context(), filepath.Join(jobs.dir(), name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var log bytes.Buffer
	if _, err := jobs.Settle(t.Context(), &log, &stack.Script{}); err != nil {
		t.Fatal(err)
	}
	if log.Len() > 0 {
		t.Errorf("Settle shows %q", log.String())
	}
}

// TestSettleLeavesOthersAlone: after the machine was started anew, a job's
// process id is somebody else's.
func TestSettleLeavesOthersAlone(t *testing.T) {
	other := exec.Command("sleep", "60")
	if err := other.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- other.Wait() }()
	t.Cleanup(func() { other.Process.Kill() })
	jobs := runner(deploy.LocalHost{}, t.TempDir())
	files := map[string]string{"job.json": fmt.Sprintf(`{"timeout": %d}`, 100*time.Millisecond), "pid": fmt.Sprint(other.Process.Pid), "boot": "before\n", "out": ""}
	for name, content := range files {
		if err := jobs.Stack.Host.WriteFile(t.Context(), filepath.Join(jobs.dir(), name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := jobs.Settle(t.Context(), io.Discard, &stack.Script{}); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-ended:
		t.Errorf("another's process was ended: %v", err)
	case <-time.After(300 * time.Millisecond):
	}
}
