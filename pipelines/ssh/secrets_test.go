package ssh_test

import (
	"bytes"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"git.example/slipway/internal/sshtest"
	"git.example/slipway/pipelines/command"
)

// No process list, error or log has what is in Env, Stdin or a file.
func TestSecretsAreNotSeen(t *testing.T) {
	t.Parallel()
	const canary = "canary-4b1d7c"
	h, s := newHost(t, sshtest.Config{Lines: []string{"LogLevel DEBUG3"}})
	done := make(chan struct{})
	var watching sync.WaitGroup
	watching.Go(func() {
		for {
			select {
			case <-done:
				return
			default:
			}
			if seen := processesWith(canary); len(seen) > 0 {
				t.Errorf("seen in a process list: %q", seen)
				return
			}
		}
	})
	for i := range 20 {
		var out bytes.Buffer
		c := sh(`printf '%s|' "$SECRET"; cat; sleep 0.05; exit 3`)
		c.Env, c.Stdin = []string{"SECRET=" + canary + " env"}, strings.NewReader(canary+" input")
		err := h.Run(t.Context(), c, &out, nil)
		if command.ExitCode(err) != 3 || strings.Contains(err.Error(), canary) {
			t.Errorf("error: %v", err)
		}
		if out.String() != canary+" env|"+canary+" input" {
			t.Errorf("output: %q", &out)
		}
		if err := h.WriteFile(t.Context(), filepath.Join(s.Dir, fmt.Sprint(i)), []byte(canary), 0o600); err != nil {
			t.Error(err)
		}
	}
	if err := h.WriteFile(t.Context(), s.Dir, []byte(canary), 0o600); err == nil || strings.Contains(err.Error(), canary) {
		t.Errorf("error: %v", err)
	}
	close(done)
	watching.Wait()
	if strings.Contains(s.Log(), canary) {
		t.Error("sshd logged it")
	}
	if text := fmt.Sprintf("%v %+v", s.Options(), s.Options().Key); strings.Contains(text, "PRIVATE KEY") {
		t.Error(text)
	}
}
