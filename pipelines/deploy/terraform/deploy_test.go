package terraform_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A new environment: both images are new, and everything is created.
func TestFirstDeployAndTheNext(t *testing.T) {
	each(t, func(t *testing.T, binary string) {
		i := newInfra(t, binary)
		output := &logs{}
		i.reports = output
		want := []string{
			"tag image_tags.admin  -> sha-1", "tag image_tags.api  -> sha-1",
			"create output.image_digests", "create output.size",
			`create terraform_data.service["admin"]`, `create terraform_data.service["api"]`,
		}
		if diff := cmp.Diff(want, lines(i.plan("sha-1"))); diff != "" {
			t.Error(diff)
		}
		result := i.mustDeploy("sha-1")
		if got := i.running(); got != "admin=sha-1 api=sha-1" {
			t.Errorf("running: %s", got)
		}
		if got := i.tags(); got != "admin=sha-1 api=sha-1" {
			t.Errorf("tags: %s", got)
		}
		running := result.Proofs["infra"].Running
		if len(running) != 2 || running[1].Subject != "api" || running[1].Image != digestOf("api", "sha-1") || !strings.Contains(running[1].State, "nothing left") {
			t.Errorf("proof: %+v", running)
		}
		if text := output.String(); !strings.Contains(text, "Apply complete!") || strings.Contains(text, "hunter2") {
			t.Errorf("log:\n%s", text)
		}
		if !i.plan("sha-1").Empty() {
			t.Errorf("a second plan: %v", lines(i.plan("sha-1")))
		}
		next := []string{
			"tag image_tags.admin sha-1 -> sha-2", "tag image_tags.api sha-1 -> sha-2",
			"update output.image_digests",
			`replace terraform_data.service["admin"] (id, input, output, triggers_replace)`,
			`replace terraform_data.service["api"] (id, input, output, triggers_replace)`,
		}
		plan := i.plan("sha-2")
		if diff := cmp.Diff(next, lines(plan)); diff != "" {
			t.Error(diff)
		}
		if notes := strings.Join(plan.Notes, "\n"); !strings.Contains(notes, `terraform_data.service["api"] is replaced`) || !strings.Contains(notes, binary+" ") {
			t.Errorf("notes:\n%s", notes)
		}
		i.mustDeploy("sha-2")
		if got := i.running(); got != "admin=sha-2 api=sha-2" {
			t.Errorf("running: %s", got)
		}
	})
}
