package pipelines_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"git.example/slipway/internal/awsfake"
	"git.example/slipway/internal/longtest"
	"git.example/slipway/pipelines"
	"git.example/slipway/pipelines/deploy"
)

// onTerraform is Terraform code that moves services of ECS, by tag; MOVER is what
// stands for Terraform's own ECS provider.
var onTerraform = map[string]string{
	"slipway.yaml": `version: 1
project: shop
images: {api: {context: api}}
registries: {local: {oci: {host: "REGISTRY", insecure: true}}}
environments:
  prod:
    registry: local
    aws: {region: us-east-1}
    deploy:
      infra:
        terraform: {dir: infra, verify: {ecs: {cluster: prod, services: {api: {}}}}}
`,
	".gitignore":     ".terraform*\n*.tfstate*\n",
	"api/Dockerfile": "FROM BASE\nCOPY main /app/\n", "api/main": "one",
	"infra/main.tf": `
variable "image_tags" { type = map(string) }
resource "terraform_data" "service" {
  triggers_replace = var.image_tags["api"]
  provisioner "local-exec" { command = "curl -fsS 'MOVER/?tag=${var.image_tags["api"]}'" }
}
`,
}

// aTerraform skips where no program is there.
func aTerraform(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("tofu"); err == nil {
		return
	}
	if _, err := exec.LookPath("terraform"); err != nil {
		t.Skip("neither terraform nor tofu is installed; .ci/setup tests installs OpenTofu")
	}
}

// mover registers a task definition with a tag and moves the service api to it.
func mover(t *testing.T, cluster *awsfake.ECS, host string) string {
	t.Helper()
	define := func(tag string) string {
		arn := cluster.AddTaskDefinition(fmt.Sprintf(`{"family": "api", "containerDefinitions": [{"name": "app", "image": "%s/shop/api:%s"}]}`, host, tag))
		return arn[strings.LastIndex(arn, "/")+1:]
	}
	cluster.AddCluster("prod")
	define("before")
	cluster.AddService(`{"cluster": "prod", "serviceName": "api", "taskDefinition": "api", "desiredCount": 2,
		"deploymentConfiguration": {"deploymentCircuitBreaker": {"enable": true, "rollback": true}}}`)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		cluster.Move("api", define(r.URL.Query().Get("tag")))
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// tagOf asks the registry which digest a tag has.
func tagOf(t *testing.T, image string) string {
	host, rest, _ := strings.Cut(image, "/")
	repository, tag, _ := strings.Cut(rest, ":")
	req, err := http.NewRequestWithContext(t.Context(), http.MethodHead, "http://"+host+"/v2/"+repository+"/manifests/"+tag, nil)
	if err != nil {
		return ""
	}
	for _, kind := range []string{"application/vnd.oci.image.index.v1+json", "application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v2+json"} {
		req.Header.Add("Accept", kind)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return ""
	}
	defer resp.Body.Close()
	return resp.Header.Get("Docker-Content-Digest")
}

// Terraform moves a service by tag; the proof is what its tasks run. The lock and
// the journal are in Parameter Store. A release that ECS rolls back is a failure,
// though Terraform was content, and the tags go back.
func TestTerraformMovesECS(t *testing.T) {
	longtest.Need(t) // it waits for services at the pace that is kept with AWS
	needDocker(t)
	aTerraform(t)
	fake := awsfake.New(t, awsfake.Options{})
	fake.Setenv(t)
	fake.Clock.Speed(30)
	cluster, parameters := fake.ECS(), fake.Parameters()
	cluster.Digest = func(image string) string { return tagOf(t, image) }
	bad := ""
	cluster.Behave = func(s awsfake.TaskStart) awsfake.Behaviour {
		if bad != "" && strings.HasSuffix(s.Images["app"], ":"+bad) {
			return awsfake.Behaviour{CannotPull: "manifest unknown"}
		}
		return awsfake.Behaviour{}
	}
	w := serveWire(t)
	dir := repository(t, w, expand(onTerraform, "MOVER", mover(t, cluster, w.host)))

	first := releaseECS(t, dir, "1")
	running := first.Proofs["infra"].Running
	if len(running) != 2 || running[0].Subject != "api" || running[0].Image != first.Entry.Digests["api"] {
		t.Errorf("proof: %+v, want two tasks of %s", running, first.Entry.Digests["api"])
	}
	if names := parameters.Names(); !slices.Contains(names, "/slipway/shop/prod/live.json") {
		t.Errorf("the journal is not in Parameter Store: %v", names)
	}

	commit(t, dir, map[string]string{"api/main": "two"})
	p := open(t, dir, "2", nil, nil)
	published := publish(t, p)
	bad = published.Tag
	_, err := p.Deploy(t.Context(), pipelines.DeployOptions{Env: "prod"})
	if err == nil || !strings.Contains(err.Error(), "manifest unknown") || !strings.Contains(err.Error(), first.Entry.Tag+" runs again") {
		t.Errorf("error: %v", err)
	}
	bad = ""
	verified, err := p.Verify(t.Context(), pipelines.VerifyOptions{Env: "prod"})
	if err != nil || len(verified.Drift) > 0 || verified.Running["infra"][0].Image != first.Entry.Digests["api"] {
		t.Errorf("verified %+v, %v", verified, err)
	}

	second, err := p.Deploy(t.Context(), pipelines.DeployOptions{Env: "prod"})
	if err != nil {
		t.Fatal(err)
	}
	cluster.Move("api", "api:2") // by hand, back to the first release
	if verified, err = p.Verify(t.Context(), pipelines.VerifyOptions{Env: "prod"}); err != nil || len(verified.Drift) == 0 || verified.Drift[0].Kind != deploy.DriftImage {
		t.Errorf("verified %+v, %v, want drift", verified, err)
	}
	back, err := p.Rollback(t.Context(), pipelines.RollbackOptions{Env: "prod"})
	if err != nil || back.Entry.Tag != first.Entry.Tag || back.Previous != second.Entry.Tag {
		t.Errorf("rollback: %+v %v", back.Entry, err)
	}
}
