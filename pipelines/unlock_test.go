package pipelines

import (
	"context"
	"strings"
	"testing"

	"git.example/slipway/internal/projecttest"
	"git.example/slipway/pipelines/deploy/journal"
)

// The lock of a deploy that runs is taken only with Force; the deploy stops then.
func TestUnlockOfARunningDeploy(t *testing.T) {
	dir := t.TempDir()
	projecttest.Write(t, dir, "slipway.yaml", unprotected)
	p := openWith(t, dir, nil)
	j, _, err := openJournal(t.Context(), p.workspace, p.targets, "prod")
	if err != nil {
		t.Fatal(err)
	}
	lease, held, err := j.Acquire(t.Context(), journal.Holder{User: "ana"}, "1", 0)
	if err != nil {
		t.Fatal(err)
	}
	defer lease.Release(context.WithoutCancel(t.Context()))

	if was, err := p.Unlock(t.Context(), UnlockOptions{Env: "prod"}); err == nil || !strings.Contains(err.Error(), "--force") || was != nil {
		t.Fatalf("without Force: %v, %v", was, err)
	}
	if err := lease.Check(t.Context()); err != nil {
		t.Fatalf("the deploy lost its lock: %v", err)
	}
	was, err := p.Unlock(t.Context(), UnlockOptions{Env: "prod", Force: true})
	if err != nil || was == nil || was.By.User != "ana" {
		t.Fatalf("with Force: %v, %v", was, err)
	}
	if err := lease.Check(held); err == nil {
		t.Error("the deploy still holds its lock")
	}
}
