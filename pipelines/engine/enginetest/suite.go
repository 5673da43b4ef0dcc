// Package enginetest is the suite that every engine has to pass, with the same
// result on the same input. Only tests import it.
package enginetest

import (
	"bytes"
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"git.example/slipway/pipelines/engine"
)

// Environment is what an engine's test knows that the suite can't.
type Environment struct {
	// Leftovers lists what the engine has on the machine at the moment besides
	// images: containers, networks, volumes. nil where that can't be seen.
	Leftovers func(t *testing.T) []string
	// Registry makes the loopback registry at address ("127.0.0.1:port")
	// reachable for the engine. nil where it is so by itself.
	Registry func(t *testing.T, address string)
}

// caseTimeout ends a case that hangs.
const caseTimeout = 3 * time.Minute

// Suite runs all cases on an engine. It skips where no base image can be made.
func Suite(t *testing.T, newEngine func(t *testing.T) engine.Engine, env Environment) {
	host, base := Base(t)
	if env.Registry != nil {
		env.Registry(t, host)
	}
	f := &fixture{host: host, base: base, env: env}
	f.engine = newEngine(t)
	groups := []struct {
		name  string
		cases []testCase
		// alone cases look at what the engine has on the machine.
		alone bool
	}{
		{"cancel", cancelCases, true},
		{"build", buildCases, false}, {"push", pushCases, false}, {"run", runCases, false},
		{"compose", composeCases, false}, {"refusal", refusalCases, false}, {"secret", secretCases, false},
	}
	for _, group := range groups {
		t.Run(group.name, func(t *testing.T) {
			for _, c := range group.cases {
				t.Run(c.name, func(t *testing.T) {
					if !group.alone {
						t.Parallel()
					}
					ctx, cancel := context.WithTimeout(t.Context(), caseTimeout)
					defer cancel()
					c.run(ctx, t, f)
				})
			}
		})
	}
}

type testCase struct {
	name string
	run  func(context.Context, *testing.T, *fixture)
}

// fixture is what the cases share.
type fixture struct {
	engine engine.Engine
	// host is the loopback registry, base a small image in it with a shell.
	host, base string
	env        Environment
}

// output is a log that can be read while it is written.
type output struct {
	mu    sync.Mutex
	bytes bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.bytes.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.bytes.String()
}

// wait waits until the log has text.
func (o *output) wait(ctx context.Context, t *testing.T, text string) {
	t.Helper()
	for !strings.Contains(o.String(), text) {
		select {
		case <-ctx.Done():
			t.Fatalf("waiting for %q in the log: %v\n%s", text, ctx.Err(), o)
		case <-time.After(20 * time.Millisecond):
		}
	}
}
