package terraform_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"git.example/slipway/internal/deploytest"
	"git.example/slipway/pipelines/deploy/rollout"
	"git.example/slipway/pipelines/registry"
)

// An image that a release does not change keeps its tag, so Terraform leaves what
// runs it alone: in the deploy, in a rollback, and in the proof.
func TestUnchangedImageKeepsItsTag(t *testing.T) {
	t.Parallel()
	i := newInfra(t, anyProgram())
	i.mustDeploy("sha-1")
	admin := "registry.example.com/shop/admin:"
	i.digests[admin+"sha-2"] = digestOf("admin", "sha-1")
	second := func() rollout.Deployment {
		d := i.deployment("sha-2")
		image := d.Targets[0].Desired.Images["admin"]
		image.Accepted = []string{digestOf("admin", "sha-1")}
		image.Reference = "registry.example.com/shop/admin@" + image.Accepted[0]
		d.Targets[0].Desired.Images["admin"] = image
		return d
	}
	plans, err := rollout.Preview(t.Context(), second())
	if err != nil {
		t.Fatal(err)
	}
	if all := strings.Join(lines(plans[0]), "\n"); strings.Contains(all, "admin") || !strings.Contains(all, "tag image_tags.api sha-1 -> sha-2") {
		t.Errorf("plan:\n%s", all)
	}
	if !slices.Contains(plans[0].Unchanged, "image_tags.admin") {
		t.Errorf("unchanged: %v", plans[0].Unchanged)
	}
	if _, err := rollout.Run(t.Context(), second()); err != nil {
		t.Fatal(err)
	}
	if got := i.tags() + "; " + i.running(); got != "admin=sha-1 api=sha-2; admin=sha-1 api=sha-2" {
		t.Errorf("afterwards: %s", got)
	}
	if started := strings.Count(read(i.path("started")), "admin "); started != 1 {
		t.Errorf("admin was started %d times", started)
	}
	drift := func() string {
		proofs, err := deploytest.Verify(t, second())
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(proofs["infra"].Drift)
	}
	if got := drift(); got != "[]" {
		t.Errorf("drift: %s", got)
	}
	i.digests[admin+"sha-1"] = digestOf("admin", "moved")
	if got := drift(); !strings.Contains(got, "admin config: want sha-2: got sha-1") {
		t.Errorf("after the tag that was kept was moved: %s", got)
	}
	delete(i.digests, admin+"sha-1")
	if _, err := deploytest.Rollback(t, second(), ""); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff("admin=sha-1 api=sha-1", i.tags()); diff != "" {
		t.Error(diff)
	}
}

// The tag of an image that is gone from the registry is replaced; a registry that
// does not answer is an error.
func TestTagThatCannotBeKept(t *testing.T) {
	t.Parallel()
	i := newInfra(t, anyProgram())
	i.mustDeploy("sha-1")
	i.refuse = map[string]error{"registry.example.com/shop/admin:sha-1": registry.ErrNotFound}
	i.mustDeploy("sha-2")
	if got := i.tags(); got != "admin=sha-2 api=sha-2" {
		t.Errorf("tags: %s", got)
	}
	i.refuse = map[string]error{"registry.example.com/shop/admin:sha-2": errors.New("no answer")}
	if _, err := i.deploy("sha-3"); err == nil || !strings.Contains(err.Error(), `looking where tag "registry.example.com/shop/admin:sha-2" leads: no answer`) {
		t.Errorf("error: %v", err)
	}
}
