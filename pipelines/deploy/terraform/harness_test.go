package terraform_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"git.example/slipway/internal/deploytest"
	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/journal"
	"git.example/slipway/pipelines/deploy/rollout"
	"git.example/slipway/pipelines/deploy/terraform"
	"git.example/slipway/pipelines/report"
	"git.example/slipway/pipelines/secrets"
)

// infra is a directory of Terraform code, with a local state, and what is
// deployed through it. A terraform_data stands for each service.
type infra struct {
	t *testing.T
	// Everything that a child process needs to deploy the same is exported.
	Dir     string
	Images  []string
	Config  config.TerraformTarget
	Env     map[string]string
	reports report.Reporter
	// digests are where tags lead in the registry.
	digests map[string]string
	// refuse are the references that the registry fails on.
	refuse   map[string]error
	verifier terraform.Verifier
	noTfvars bool
	dry      bool
	// ephemeral says that the disk goes afterwards.
	ephemeral bool
}

const environment = "staging"

// services is a root module with one service for each image. A service whose tag
// is in the file fail does not start; one whose tag is in slow waits for that file
// to go.
const services = `
variable "image_tags" { type = map(string) }
variable "size" {
  type    = number
  default = 1
}
variable "password" {
  type      = string
  default   = "hunter2hunter2"
  sensitive = true
}
resource "terraform_data" "service" {
  for_each         = var.image_tags
  input            = { tag = each.value, size = var.size, password = var.password }
  triggers_replace = each.value
  provisioner "local-exec" {
    command = <<-EOT
      echo "${each.key} ${each.value}" >>started
      grep -qx "${each.key} ${each.value}" fail 2>/dev/null && { echo "no such image"; exit 7; }
      while grep -qx "${each.key} ${each.value}" slow 2>/dev/null; do sleep 0.1; done
      echo "${each.value}" >"running-${each.key}"
    EOT
  }
}
output "image_digests" {
  value = { for name, service in terraform_data.service : name => "sha256:${sha256("${name} ${service.output.tag}")}" }
}
output "size" { value = var.size }
`

func newInfra(t *testing.T, binary string) *infra {
	t.Helper()
	if _, err := exec.LookPath(binary); err != nil {
		t.Skipf("%s is not installed; .ci/setup tests installs OpenTofu", binary)
	}
	i := &infra{
		t: t, Dir: t.TempDir(), Images: []string{"api", "admin"}, reports: report.Discard, digests: map[string]string{},
		Config: config.TerraformTarget{Dir: "infra/envs/staging", Binary: config.TerraformBinary(binary), LockTimeout: config.Duration(time.Second)},
	}
	i.write("main.tf", services)
	return i
}

// each runs a test with each program that is there. One has to be.
func each(t *testing.T, test func(t *testing.T, binary string)) {
	t.Parallel()
	for _, binary := range []string{"tofu", "terraform"} {
		t.Run(binary, func(t *testing.T) {
			t.Parallel()
			test(t, binary)
		})
	}
}

// anyProgram is a program that is there.
func anyProgram() string {
	if _, err := exec.LookPath("tofu"); err != nil {
		return "terraform"
	}
	return "tofu"
}

func (i *infra) path(name string) string { return filepath.Join(i.Dir, i.Config.Dir, name) }

func (i *infra) write(name, content string) {
	i.t.Helper()
	if err := os.MkdirAll(filepath.Dir(i.path(name)), 0o755); err != nil {
		i.t.Fatal(err)
	}
	if err := os.WriteFile(i.path(name), []byte(content), 0o644); err != nil {
		i.t.Fatal(err)
	}
}

func (i *infra) read(name string) string {
	i.t.Helper()
	content, err := os.ReadFile(i.path(name))
	if err != nil {
		i.t.Fatal(err)
	}
	return string(content)
}

// running are the tags that services run, as "admin=1 api=1".
func (i *infra) running() string {
	i.t.Helper()
	files, err := filepath.Glob(i.path("running-*"))
	if err != nil {
		i.t.Fatal(err)
	}
	slices.Sort(files)
	var all []string
	for _, file := range files {
		name := filepath.Base(file)
		all = append(all, strings.TrimPrefix(name, "running-")+"="+strings.TrimSpace(i.read(name)))
	}
	return strings.Join(all, " ")
}

const mapName = "image-tags.auto.tfvars.json"

// tags is the tag map, as "admin=1 api=1".
func (i *infra) tags() string {
	i.t.Helper()
	var file struct {
		Tags map[string]string `json:"image_tags"`
	}
	if err := json.Unmarshal([]byte(i.read(mapName)), &file); err != nil {
		i.t.Fatal(err)
	}
	var all []string
	for name, tag := range file.Tags {
		all = append(all, name+"="+tag)
	}
	slices.Sort(all)
	return strings.Join(all, " ")
}

func digestOf(image, tag string) string {
	sum := sha256.Sum256([]byte(image + " " + tag))
	return "sha256:" + hex.EncodeToString(sum[:])
}

func (i *infra) target() *terraform.Target {
	env := map[string]secrets.Value{}
	for name, value := range i.Env {
		env[name] = secrets.NewValue(value)
	}
	o := terraform.Options{
		Ephemeral: i.ephemeral, Dry: i.dry,
		Name: "infra", Project: i.Dir, Config: i.Config, Images: i.Images, NoTfvars: i.noTfvars, Secrets: env, Verifier: i.verifier,
		Digest: func(_ context.Context, reference string) (string, error) {
			if err := i.refuse[reference]; err != nil {
				return "", err
			}
			repository, tag, _ := strings.Cut(reference, ":")
			if moved, ok := i.digests[reference]; ok {
				return moved, nil
			}
			return digestOf(filepath.Base(repository), tag), nil
		},
	}
	return terraform.New(o)
}

func (i *infra) journal() *journal.Journal {
	return journal.New(deploy.LocalHost{}, filepath.Join(i.Dir, "journal"), journal.LeaseTimes{TTL: 20 * time.Second, Beat: 500 * time.Millisecond})
}

// desired is the release tag of all images.
func (i *infra) desired(tag string) deploy.Desired {
	images := map[string]deploy.Image{}
	for _, name := range i.Images {
		digest := digestOf(name, tag)
		images[name] = deploy.Image{Reference: "registry.example.com/shop/" + name + "@" + digest, Accepted: []string{digest}}
	}
	return deploy.Desired{Project: "shop", Environment: environment, Images: images, Release: deploytest.Record(tag, images)}
}

func (i *infra) deployment(tag string) rollout.Deployment {
	return rollout.Deployment{
		Journal: i.journal(), Tag: tag, Targets: []rollout.Item{{Target: i.target(), Desired: i.desired(tag)}},
		By: journal.Holder{User: "ana"}, Reporter: i.reports,
	}
}

func (i *infra) deploy(tag string) (rollout.Result, error) {
	i.t.Helper()
	return rollout.Run(i.t.Context(), i.deployment(tag))
}

func (i *infra) mustDeploy(tag string) rollout.Result {
	i.t.Helper()
	result, err := i.deploy(tag)
	if err != nil {
		i.t.Fatalf("deploying %s: %v", tag, err)
	}
	return result
}

// plan is what a deploy of tag would do.
func (i *infra) plan(tag string) deploy.Plan {
	i.t.Helper()
	plans, err := rollout.Preview(i.t.Context(), i.deployment(tag))
	if err != nil {
		i.t.Fatal(err)
	}
	return plans[0]
}

// lines are a plan's changes, as "tag image_tags.api 1 -> 2".
func lines(p deploy.Plan) []string {
	var all []string
	for _, c := range p.Changes {
		line := fmt.Sprintf("%s %s", c.Kind, c.Subject)
		if c.Before+c.After != "" {
			line += fmt.Sprintf(" %s -> %s", c.Before, c.After)
		}
		if c.Note != "" {
			line += " (" + c.Note + ")"
		}
		all = append(all, line)
	}
	return all
}

func (i *infra) outcomes() []string {
	i.t.Helper()
	return deploytest.Outcomes(i.t, i.journal())
}

// logs keeps everything that is reported.
type logs struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *logs) Report(e report.Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch e := e.(type) {
	case report.TaskOutput:
		l.text.WriteString(e.Line + "\n")
	case report.Notice:
		l.text.WriteString(e.Text + "\n")
	}
}

func (l *logs) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// planFiles are the private directories that this process left.
func planFiles() []string {
	left, _ := filepath.Glob(filepath.Join(os.TempDir(), fmt.Sprintf("slipway-terraform-%d-*", os.Getpid())))
	return left
}
