package terraform_test

import (
	"os"
	"strings"
	"testing"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/report"
)

// TestRefused: nothing is changed by any of these, and the message says what to do.
func TestRefused(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		before func(i *infra)
		want   []string
	}{
		"the map is no JSON": {func(i *infra) { i.write(mapName, "image_tags = {}\n") }, []string{`"infra/envs/staging/image-tags.auto.tfvars.json"`, "line 1", "not JSON", "repair it"}},
		"a tag is no text":   {func(i *infra) { i.write(mapName, `{"image_tags": {"api": 7}}`) }, []string{`"api" is 7, not a tag`}},
		"a tag was moved":    {func(i *infra) { i.digests["registry.example.com/shop/api:sha-2"] = digestOf("api", "evil") }, []string{`"registry.example.com/shop/api:sha-2" was moved`, "immutable"}},
		"the code is broken": {func(i *infra) { i.write("broken.tf", "resource {") }, []string{"init", "broken.tf"}},
		"the plan fails":     {func(i *infra) { i.write("more.tf", `variable "region" { type = string }`) }, []string{"plan: No value for required variable", "more.tf"}},
		"a check of a variable": {func(i *infra) {
			i.write("more.tfvars", "size = \"many\"\n")
			i.Config.VarFiles = config.Strings{"more.tfvars"}
		}, []string{"plan: Invalid value for input variable"}},
		"no directory":               {func(i *infra) { i.Config.Dir = "infra/envs/gone" }, []string{`"infra/envs/gone" is not in this checkout`}},
		"no workspace":               {func(i *infra) { i.Config.Workspace = "blue" }, []string{`no workspace "blue"`, "default", "workspace new blue"}},
		"no output":                  {func(i *infra) { i.Config.Verify = &config.TerraformVerify{Output: "digests"} }, []string{`no output "digests"`, "image_digests, size"}},
		"an output of another shape": {func(i *infra) { i.Config.Verify = &config.TerraformVerify{Output: "size"} }, []string{`output "size" is no map`}},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			i := newInfra(t, anyProgram())
			i.mustDeploy("sha-1")
			started := i.path("started")
			tc.before(i)
			_, err := i.deploy("sha-2")
			if err == nil {
				t.Fatal("it was not refused")
			}
			for _, want := range tc.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("no %q in: %v", want, err)
				}
			}
			if strings.Contains(read(started), "sha-2") && !strings.Contains(name, "output") {
				t.Errorf("it was applied:\n%s", read(started))
			}
		})
	}
}

func read(path string) string {
	text, _ := os.ReadFile(path)
	return string(text)
}

func TestNoProgram(t *testing.T) {
	i := newInfra(t, anyProgram())
	i.Config.Binary = ""
	t.Setenv("PATH", t.TempDir())
	if _, err := i.deploy("sha-1"); err == nil || !strings.Contains(err.Error(), "terraform or tofu is not on PATH") {
		t.Errorf("error: %v", err)
	}
	i.write("main.tofu", "")
	if _, err := i.deploy("sha-1"); err == nil || !strings.Contains(err.Error(), ": tofu is not on PATH") {
		t.Errorf("error: %v", err)
	}
}

// between calls do once, when the first plan was made and nothing applied yet.
type between struct {
	do    func()
	tasks map[int64]string
}

func (b *between) Report(e report.Event) {
	switch e := e.(type) {
	case report.TaskStarted:
		b.tasks[e.ID] = e.Name
	case report.TaskDone:
		if b.tasks[e.ID] == "plan infra" && b.do != nil {
			do := b.do
			b.do = nil
			do()
		}
	}
}

// TestPlanOutOfDate: what moved between a plan and its apply is refused, and
// nothing of the plan is applied.
func TestPlanOutOfDate(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		do   func(i *infra)
		want []string
	}{
		"the map is edited by hand": {func(i *infra) { i.write(mapName, `{"image_tags": {"api": "sha-hand", "admin": "sha-1"}}`) }, []string{mapName, "was edited since the plan"}},
		"the map is broken":         {func(i *infra) { i.write(mapName, "<<<<<<< HEAD\n") }, []string{"not JSON"}},
		"the code changes":          {func(i *infra) { i.write("more.tf", `resource "terraform_data" "more" {}`) }, []string{"out of date", "terraform_data.more"}},
		"a value changes":           {func(i *infra) { i.write("more.auto.tfvars", "size = 5\n") }, []string{"out of date", `terraform_data.service["api"]`, "output.size"}},
		"the tag moves":             {func(i *infra) { i.digests["registry.example.com/shop/api:sha-2"] = digestOf("api", "evil") }, []string{"was moved"}},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			i := newInfra(t, anyProgram())
			i.mustDeploy("sha-1")
			i.reports = &between{func() { tc.do(i) }, map[int64]string{}}
			_, err := i.deploy("sha-2")
			for _, want := range tc.want {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("no %q in: %v", want, err)
				}
			}
			if started := i.read("started"); strings.Contains(started, "sha-2") {
				t.Errorf("it was applied:\n%s", started)
			}
		})
	}
}

// A sensitive value is in no plan, and not in what the plan is compared by.
func TestPlanHoldsNoSecret(t *testing.T) {
	t.Parallel()
	i := newInfra(t, anyProgram())
	i.mustDeploy("sha-1")
	i.Env = map[string]string{"TF_VAR_password": "correct horse"}
	plan := i.plan("sha-1")
	if len(plan.Changes) != 3 || plan.Changes[2].Kind != deploy.Update {
		t.Errorf("changes: %v", lines(plan))
	}
	if text := string(plan.Actions) + strings.Join(lines(plan), "\n"); strings.Contains(text, "horse") || strings.Contains(text, "hunter2") {
		t.Errorf("a secret is in: %s", text)
	}
	i.Env["TF_VAR_password"] = "another horse"
	if other := i.plan("sha-1"); other.Pins[0] != plan.Pins[0] {
		t.Errorf("the hash tells secrets apart: %v %v", plan.Pins[0], other.Pins[0])
	}
	i.Env["TF_VAR_size"] = "2"
	if other := i.plan("sha-1"); other.Pins[0] == plan.Pins[0] {
		t.Error("the hash does not tell sizes apart")
	}
}
