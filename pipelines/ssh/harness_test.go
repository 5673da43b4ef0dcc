package ssh_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"git.example/slipway/internal/sshtest"
	"git.example/slipway/pipelines/command"
	"git.example/slipway/pipelines/ssh"
)

// hostOf is a host of a pool of its own.
func hostOf(t testing.TB, o ssh.Options) *ssh.Host {
	t.Helper()
	pool := ssh.NewPool()
	t.Cleanup(func() { pool.Close() })
	return pool.Host(o)
}

// newHost is a host of a server of its own.
func newHost(t *testing.T, c sshtest.Config) (*ssh.Host, *sshtest.Server) {
	t.Helper()
	s := sshtest.Start(t, c)
	return hostOf(t, s.Options()), s
}

func mustRun(t *testing.T, h *ssh.Host, c command.Command) string {
	t.Helper()
	var out bytes.Buffer
	if err := h.Run(t.Context(), c, &out, nil); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func sh(script string, args ...string) command.Command {
	return command.Command{Args: append([]string{"sh", "-c", script, "sh"}, args...)}
}

// wantError fails the test unless err says all of that.
func wantError(t *testing.T, err error, texts ...string) {
	t.Helper()
	if err == nil {
		t.Fatal("no error")
	}
	for _, text := range texts {
		if !strings.Contains(err.Error(), text) {
			t.Errorf("error %q does not say %q", err, text)
		}
	}
}

func exists(name string) bool {
	_, err := os.Lstat(name)
	return err == nil
}

// processesWith are the command lines on this machine that have text in them.
func processesWith(text string) []string {
	var found []string
	files, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, file := range files {
		data, _ := os.ReadFile(file)
		if bytes.Contains(data, []byte(text)) {
			found = append(found, strings.ReplaceAll(string(data), "\x00", " "))
		}
	}
	return found
}
