package dockerengine

import (
	"context"
	"errors"
	"os"
	"strings"
	"sync"
	"testing"

	"git.example/slipway/pipelines/engine"
	"git.example/slipway/pipelines/engine/enginetest"
)

func TestSuite(t *testing.T) {
	e := newTestEngine(t)
	var mu sync.Mutex
	var registries []string
	enginetest.Suite(t, func(*testing.T) engine.Engine { return e }, enginetest.Environment{
		Leftovers: func(t *testing.T) []string { return leftovers(t, e) },
		Registry: func(_ *testing.T, address string) {
			mu.Lock()
			defer mu.Unlock()
			registries = append(registries, address)
		},
	})
	if err := e.Close(); err != nil {
		t.Error(err)
	}
	for _, address := range registries {
		removePulled(t, e, address)
	}
	if left := leftovers(t, e); len(left) > 0 {
		t.Errorf("left behind after Close: %q", left)
	}
	if images := list(t, e, "image", "ls", "-q", "--filter", "reference="+prefix(e.workspaces.traces.id)+"*"); len(images) > 0 {
		t.Errorf("images left behind after Close: %q", images)
	}
}

// newTestEngine is an engine, or a skipped test where there is no Docker.
func newTestEngine(t *testing.T) *Engine {
	t.Helper()
	e := New(Options{Dir: t.TempDir() + "/scratch", Lookup: os.LookupEnv})
	t.Cleanup(func() { e.Close() })
	err := e.probe.compose(context.Background())
	var missing *engine.Unavailable
	if errors.As(err, &missing) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// leftovers are the containers, networks and volumes of e's run.
func leftovers(t *testing.T, e *Engine) []string {
	t.Helper()
	found := list(t, e, "ps", "-a", "--format", "{{.Names}}", "--filter", "label="+runLabel+"="+e.workspaces.traces.id)
	for _, kind := range [][]string{{"ps", "-a", "--format", "{{.Names}}"}, {"network", "ls", "--format", "{{.Name}}"}, {"volume", "ls", "--format", "{{.Name}}"}} {
		found = append(found, list(t, e, append(kind, "--filter", "name="+prefix(e.workspaces.traces.id))...)...)
	}
	return found
}

// removePulled removes from the daemon's store what came from a registry.
func removePulled(t *testing.T, e *Engine, address string) {
	t.Helper()
	for _, name := range list(t, e, "image", "ls", "--digests", "--format", "{{.Repository}}:{{.Tag}}@{{.Digest}}") {
		if !strings.HasPrefix(name, address+"/") {
			continue
		}
		tag, digest, _ := strings.Cut(name, "@")
		if strings.HasSuffix(tag, ":<none>") {
			tag = strings.TrimSuffix(tag, ":<none>") + "@" + digest
		}
		if err := e.store.cli.docker("rmi", tag).Run(context.WithoutCancel(t.Context()), nil, nil); err != nil {
			t.Error(err)
		}
	}
}

func list(t *testing.T, e *Engine, args ...string) []string {
	t.Helper()
	out, err := e.store.cli.docker(args...).Output(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return strings.Fields(string(out))
}
