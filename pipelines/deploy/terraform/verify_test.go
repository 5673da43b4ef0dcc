package terraform_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"git.example/slipway/internal/deploytest"
	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy"
)

// An output that names digests is the proof; one that names others fails the
// deploy.
func TestVerifyByOutput(t *testing.T) {
	each(t, func(t *testing.T, binary string) {
		i := newInfra(t, binary)
		i.Config.Verify = &config.TerraformVerify{Output: "image_digests"}
		i.Config.Keys = map[string]string{"admin": "tracker-admin"}
		// By the key of the map, and by reference.
		i.write("main.tf", strings.Replace(services, `=> "sha256:${sha256("${name} `, `=> "host/${name}@sha256:${sha256("${replace(name, "tracker-", "")} `, 1))
		result := i.mustDeploy("sha-1")
		running := result.Proofs["infra"].Running
		if len(running) != 2 || running[0].Subject != "admin" || running[0].Image != digestOf("admin", "sha-1") || running[0].ID != "output.image_digests" {
			t.Errorf("proof: %+v", running)
		}
		i.write("main.tf", strings.Replace(services, `"${name} ${service.output.tag}"`, `"another ${service.output.tag}"`, 1))
		_, err := i.deploy("sha-2")
		var unproven *deploy.Unproven
		if !errors.As(err, &unproven) || !strings.Contains(err.Error(), "api image: want "+digestOf("api", "sha-2")+": got "+digestOf("another", "sha-2")) {
			t.Errorf("error: %v", err)
		}
	})
}

// What an injected verifier finds is the proof.
func TestVerifyByVerifier(t *testing.T) {
	t.Parallel()
	i := newInfra(t, anyProgram())
	var drift []deploy.Drift
	i.verifier = func(_ context.Context, d deploy.Desired) ([]deploy.Running, []deploy.Drift, error) {
		return []deploy.Running{{Subject: "web", Image: d.Images["api"].Accepted[0]}}, drift, nil
	}
	if proof := i.mustDeploy("sha-1").Proofs["infra"]; len(proof.Running) != 1 || proof.Running[0].Subject != "web" {
		t.Errorf("proof: %+v", proof)
	}
	drift = []deploy.Drift{{Subject: "web", Kind: deploy.DriftImage, Got: "sha256:old"}}
	if _, err := i.deploy("sha-2"); !errors.As(err, new(*deploy.Unproven)) {
		t.Errorf("error: %v", err)
	}
}

// TestDrift: what was changed since the deploy is found without a verifier, too.
func TestDrift(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		change func(i *infra)
		want   []string
	}{
		"nothing":      {func(*infra) {}, nil},
		"the map":      {func(i *infra) { i.write(mapName, `{"image_tags": {"api": "sha-2", "admin": "sha-1"}}`) }, []string{"infra/envs/staging/" + mapName + " api config: want sha-1: got sha-2"}},
		"the code":     {func(i *infra) { i.write("more.tf", `resource "terraform_data" "more" {}`) }, []string{"terraform_data.more config: want nothing left to change: got create"}},
		"another file": {func(i *infra) { i.write("notes.md", "hello") }, nil},
		"what runs": {func(i *infra) {
			apply := exec.Command(anyProgram(), "apply", "-auto-approve", `-var=image_tags={"api"="sha-2","admin"="sha-1"}`)
			apply.Dir = i.path("")
			if out, err := apply.CombinedOutput(); err != nil {
				i.t.Fatalf("%v\n%s", err, out)
			}
		}, []string{"output.image_digests config: want nothing left to change: got update", `terraform_data.service["api"] config: want nothing left to change: got replace`}},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			i := newInfra(t, anyProgram())
			i.mustDeploy("sha-1")
			tc.change(i)
			proofs, err := deploytest.Verify(t, i.deployment("sha-1"))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, d := range proofs["infra"].Drift {
				got = append(got, d.String())
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// With --no-tfvars the file stays as it is, and the release is deployed anyway.
func TestNoTfvars(t *testing.T) {
	each(t, func(t *testing.T, binary string) {
		i := newInfra(t, binary)
		i.noTfvars = true
		const file = `{"image_tags": {"api": "sha-committed", "admin": "sha-committed"}}`
		i.write(mapName, file)
		i.mustDeploy("sha-1")
		result := i.mustDeploy("sha-2")
		if got := i.running() + " " + i.read(mapName); got != "admin=sha-2 api=sha-2 "+file {
			t.Errorf("afterwards: %s", got)
		}
		if notes := strings.Join(result.Plans[0].Notes, "\n"); !strings.Contains(notes, mapName+" is not written") {
			t.Errorf("notes: %s", notes)
		}
		if _, err := deploytest.Rollback(t, i.deployment(""), ""); err != nil {
			t.Fatal(err)
		}
		if got := i.running() + " " + i.read(mapName); got != "admin=sha-1 api=sha-1 "+file {
			t.Errorf("after the rollback: %s", got)
		}
	})
}

// The other settings of a target.
func TestSettings(t *testing.T) {
	each(t, func(t *testing.T, binary string) {
		i := newInfra(t, binary)
		i.write("main.tf", `terraform {
  backend "local" {}
}
`+strings.ReplaceAll(services, "image_tags", "tags")+`
output "workspace" { value = terraform.workspace }`)
		i.write("sizes.tfvars", "size = 3\n")
		i.write("new.tf", "")
		i.Config.TagMap, i.Config.Variable = "../../tags.json", "tags"
		i.Config.VarFiles = config.Strings{"sizes.tfvars"}
		i.Config.BackendConfig = config.Strings{"path=main.tfstate", "workspace_dir=states"}
		i.Config.Workspace = "blue"
		i.Env = map[string]string{"TF_VAR_password": "correct horse battery"}
		if _, err := i.deploy("sha-1"); err == nil || !strings.Contains(err.Error(), `no workspace "blue"`) {
			t.Fatalf("error: %v", err)
		}
		workspace := exec.Command(binary, "workspace", "new", "blue")
		workspace.Dir = i.path("")
		if out, err := workspace.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		workspace = exec.Command(binary, "workspace", "select", "default")
		workspace.Dir = i.path("")
		if out, err := workspace.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		output := &logs{}
		i.reports = output
		i.mustDeploy("sha-1")
		state := i.read("states/blue/terraform.tfstate")
		if !strings.Contains(state, "correct horse battery") || !strings.Contains(state, `"value": "blue"`) || !strings.Contains(state, `"value": 3`) {
			t.Errorf("state:\n%s", state)
		}
		if strings.Contains(output.String(), "horse") {
			t.Errorf("the secret is in the log:\n%s", output)
		}
		if _, err := os.Stat(i.path("../../tags.json")); err != nil {
			t.Error(err)
		}
	})
}
