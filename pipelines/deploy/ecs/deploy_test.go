package ecs

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDeploy(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	result := w.mustDeploy("1")
	w.runs("api", "1", 2)
	if got := len(result.Proofs["web"].Running); got != 2 {
		t.Errorf("%d containers proven, want app in both tasks", got)
	}
	for _, r := range result.Proofs["web"].Running {
		if r.Image != digestOf("app", "1") {
			t.Errorf("proof %+v", r)
		}
	}
	w.mustDeploy("2")
	w.runs("api", "2", 2)
	if diff := cmp.Diff([]string{"PRIMARY COMPLETED api:3"}, w.ecs.Deployments("api")); diff != "" {
		t.Error(diff)
	}
}

func TestUnchangedIsLeftAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.mustDeploy("1")
	registered, updated := w.calls("RegisterTaskDefinition"), w.calls("UpdateService")
	w.mustDeploy("1")
	if w.calls("RegisterTaskDefinition") != registered || w.calls("UpdateService") != updated {
		t.Error("a service that runs the release was touched")
	}
	plan := w.plan("1")
	if diff := cmp.Diff([]string{"api"}, plan.Unchanged); diff != "" || !plan.Empty() {
		t.Errorf("plan %+v", plan.Changes)
	}
}

func TestRollback(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.mustDeploy("1")
	w.mustDeploy("2")
	registered := w.calls("RegisterTaskDefinition")
	if _, err := rollback(t, w.deployment("2"), ""); err != nil {
		t.Fatal(err)
	}
	w.runs("api", "1", 2)
	if w.calls("RegisterTaskDefinition") != registered {
		t.Error("the revision of release 1 was registered a second time")
	}
}
