// Package e2e tests the Dagger module on a real engine. "make e2e" runs it.
package e2e

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"git.example/slipway/pipelines/engine/daggerengine"
)

const (
	// reachLimit is for an engine that may have to be started, callLimit for a
	// call that may have to compile the module first.
	reachLimit = 2 * time.Minute
	callLimit  = 10 * time.Minute
)

// needEngine skips where no engine can be reached, and where nobody asked.
func needEngine(t *testing.T) {
	t.Helper()
	if os.Getenv("SLIPWAY_E2E") == "" {
		t.Skip("make e2e runs this")
	}
	if there, why := daggerengine.Available(os.LookupEnv); !there {
		t.Skipf("no Dagger engine: %s", why)
	}
	ctx, cancel := context.WithTimeout(t.Context(), reachLimit)
	defer cancel()
	if out, err := exec.CommandContext(ctx, "dagger", "--silent", "core", "version").CombinedOutput(); err != nil {
		t.Skipf("no Dagger engine answers: %v\n%s", err, out)
	}
}

// called is what a call of the module printed, and how it ended.
type called struct {
	stdout, stderr string
	code           int
}

// call calls the module with the source in dir and what env adds to the
// process's environment.
func call(t *testing.T, dir string, env []string, args ...string) called {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), callLimit)
	defer cancel()
	cmd := exec.CommandContext(ctx, "dagger", append([]string{"--progress", "plain", "-m", root, "call", "--source", dir}, args...)...)
	cmd.Env = append(os.Environ(), append(env, "NO_COLOR=1", "DAGGER_NO_NAG=1", "DO_NOT_TRACK=1")...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	started := time.Now()
	err = cmd.Run()
	t.Logf("%s took %s", strings.Join(args, " "), time.Since(started).Round(10*time.Millisecond))
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return called{stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()}
}

// ok is call for one that must succeed; it returns what was printed.
func ok(t *testing.T, dir string, env []string, args ...string) string {
	t.Helper()
	c := call(t, dir, env, args...)
	if c.code != 0 {
		t.Fatalf("dagger call %v: exit code %d\n%s", args, c.code, c.stderr)
	}
	return c.stdout
}

// message is the error at the end of what a call printed.
func (c called) message() string {
	at := strings.LastIndex(c.stderr, "\nError: ")
	if at < 0 {
		return ""
	}
	text, _, _ := strings.Cut(c.stderr[at+1:], " [traceparent:")
	return text
}
