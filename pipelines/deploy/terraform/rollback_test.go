package terraform_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"git.example/slipway/internal/deploytest"
	"git.example/slipway/pipelines/deploy/rollout"
)

// A release whose apply fails half-way: one service was replaced already, the
// other one not. The tags of before are written and applied again.
func TestApplyFailsHalfWay(t *testing.T) {
	each(t, func(t *testing.T, binary string) {
		i := newInfra(t, binary)
		i.mustDeploy("sha-1")
		i.write("fail", "api sha-2\n")
		output := &logs{}
		i.reports = output
		_, err := i.deploy("sha-2")
		var failed *rollout.Failure
		if !errors.As(err, &failed) || failed.ReturnedTo != "sha-1" || failed.ReturnErr != nil {
			t.Fatalf("error: %v", err)
		}
		for _, want := range []string{"local-exec provisioner error", "sha-1 runs again", "exit status 7", `terraform_data.service["api"]`} {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("no %q in: %v", want, err)
			}
		}
		if first, _, _ := strings.Cut(err.Error(), "\n"); !strings.Contains(first, "local-exec provisioner error") {
			t.Errorf("first line: %s", first)
		}
		if strings.Contains(err.Error()+output.String(), "hunter2") {
			t.Errorf("a secret is in: %v\n%s", err, output)
		}
		if got := i.tags() + "; " + i.running(); got != "admin=sha-1 api=sha-1; admin=sha-1 api=sha-1" {
			t.Errorf("afterwards: %s", got)
		}
		if diff := cmp.Diff([]string{"sha-1 deployed", "sha-2 rolled-back"}, i.outcomes()); diff != "" {
			t.Error(diff)
		}
		i.write("fail", "")
		i.mustDeploy("sha-2")
	})
}

// Nothing was there before a first deploy that fails: the tags become those of a
// new environment.
func TestFirstDeployFails(t *testing.T) {
	t.Parallel()
	i := newInfra(t, anyProgram())
	i.write("fail", "api sha-1\n")
	_, err := i.deploy("sha-1")
	if err == nil || !strings.Contains(err.Error(), "nothing ran before") {
		t.Errorf("error: %v", err)
	}
	if got := i.tags(); got != "admin=sha-bootstrap api=sha-bootstrap" {
		t.Errorf("tags: %s", got)
	}
	i.write("fail", "")
	i.mustDeploy("sha-2")
}

// A map that people wrote before: it is adopted, and a deploy that fails goes
// back to it.
func TestAdoptsTheMapThatIsThere(t *testing.T) {
	t.Parallel()
	i := newInfra(t, anyProgram())
	const before = "{\n    \"image_tags\": {\"cron\": \"sha-9\", \"api\": \"sha-old\"},\n    \"size\": 2\n}\n"
	i.write(mapName, before)
	i.write("fail", "api sha-1\n")
	_, err := i.deploy("sha-1")
	if err == nil || !strings.Contains(err.Error(), "adopted runs again") {
		t.Errorf("error: %v", err)
	}
	if diff := cmp.Diff("{\n    \"image_tags\": {\"cron\": \"sha-9\", \"api\": \"sha-old\", \"admin\": \"sha-bootstrap\"},\n    \"size\": 2\n}\n", i.read(mapName)); diff != "" {
		t.Error(diff)
	}
	i.write("fail", "")
	i.mustDeploy("sha-2")
	if diff := cmp.Diff("{\n    \"image_tags\": {\"cron\": \"sha-9\", \"api\": \"sha-2\", \"admin\": \"sha-2\"},\n    \"size\": 2\n}\n", i.read(mapName)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"adopted adopted", "sha-1 rolled-back", "sha-2 deployed"}, i.outcomes()); diff != "" {
		t.Error(diff)
	}
}

// A target that is new in an environment which has others: what ran through it
// before is not known, and not lost.
func TestFailureOfANewTargetGoesBackToTheMap(t *testing.T) {
	t.Parallel()
	i := newInfra(t, anyProgram())
	d := i.deployment("sha-1")
	d.Targets = nil
	if _, err := rollout.Run(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	i.write(mapName, `{"image_tags": {"api": "sha-old", "admin": "sha-old"}}`)
	i.write("fail", "api sha-2\n")
	if _, err := i.deploy("sha-2"); err == nil {
		t.Error("it did not fail")
	}
	if got := i.tags(); got != "admin=sha-old api=sha-old" {
		t.Errorf("tags: %s", got)
	}
}

func TestRollback(t *testing.T) {
	each(t, func(t *testing.T, binary string) {
		i := newInfra(t, binary)
		i.mustDeploy("sha-1")
		i.mustDeploy("sha-2")
		result, err := deploytest.Rollback(t, i.deployment(""), "")
		if err != nil {
			t.Fatal(err)
		}
		if got := result.Entry.Tag + ": " + i.tags() + "; " + i.running(); got != "sha-1: admin=sha-1 api=sha-1; admin=sha-1 api=sha-1" {
			t.Errorf("afterwards: %s", got)
		}
		if diff := cmp.Diff([]string{"sha-1 deployed", "sha-2 deployed", "sha-1 rollback"}, i.outcomes()); diff != "" {
			t.Error(diff)
		}
	})
}
