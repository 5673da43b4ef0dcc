package dockerengine

import (
	"strings"
	"testing"

	"git.example/slipway/pipelines/engine"
	"git.example/slipway/pipelines/engine/enginetest"
)

func TestLocalDigest(t *testing.T) {
	e := newTestEngine(t)
	host, base := enginetest.Base(t)
	t.Cleanup(func() { removePulled(t, e, host) })
	if _, ok, err := e.LocalDigest(t.Context(), base); ok || err != nil {
		t.Fatalf("before the pull: %v, %v", ok, err)
	}
	if err := e.store.ensure(t.Context(), engine.Image{Reference: base}, t.Output()); err != nil {
		t.Fatal(err)
	}
	pulled, ok, err := e.LocalDigest(t.Context(), base)
	if !ok || err != nil {
		t.Fatalf("after the pull: %v, %v", ok, err)
	}
	if err := e.store.ensure(t.Context(), engine.Image{Reference: strings.TrimSuffix(base, ":1") + "@" + pulled}, t.Output()); err != nil {
		t.Errorf("it is not the registry's digest: %v", err)
	}
	named := prefix(e.workspaces.traces.id) + ":local" // goes with the sweep
	if err := e.store.cli.docker("tag", base, named).Run(t.Context(), nil, nil); err != nil {
		t.Fatal(err)
	}
	id, ok, err := e.LocalDigest(t.Context(), named)
	if !ok || err != nil || !strings.HasPrefix(id, "sha256:") || id == pulled {
		t.Errorf("an image without a registry: got %q, %v, %v; want its id", id, ok, err)
	}
	if err := e.workspaces.sweeper.sweep(t.Context(), e.workspaces.traces.id, t.TempDir()); err != nil {
		t.Error(err)
	}
}
