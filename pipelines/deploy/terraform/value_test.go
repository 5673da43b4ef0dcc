package terraform_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy/terraform"
)

const network = `
resource "terraform_data" "subnet" {
  count = 2
  input = { id = "subnet-${count.index}", ports = [80] }
}
output "subnet" { value = terraform_data.subnet[0].output.id }
output "count" { value = 2 }
output "ids" { value = [for s in terraform_data.subnet : s.output.id] }
output "password" {
  value     = "hunter2hunter2"
  sensitive = true
}
`

// Values of the state are found by their addresses, and no secret among them is given.
func TestValues(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("terraform"); err != nil {
		if _, err := exec.LookPath("tofu"); err != nil {
			t.Skip("neither terraform nor tofu is installed; .ci/setup tests installs OpenTofu")
		}
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "main.tf"), []byte(network), 0o644); err != nil {
		t.Fatal(err)
	}
	target := terraform.New(terraform.Options{Name: "network", Project: dir, Config: config.TerraformTarget{Dir: "."}})
	empty, err := target.Values(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := empty.Text("output.subnet"); err == nil || !strings.Contains(err.Error(), "apply the code first") {
		t.Errorf("of an empty state: %v", err)
	}
	binary := "terraform"
	if _, err := exec.LookPath(binary); err != nil {
		binary = "tofu"
	}
	apply := exec.Command(binary, "apply", "-auto-approve", "-input=false", "-no-color")
	apply.Dir = dir
	if out, err := apply.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	values, err := target.Values(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for address, want := range map[string]string{
		"output.subnet": "subnet-0", "output.count": "2", "terraform_data.subnet[1].output.id": "subnet-1",
	} {
		if got, err := values.Text(address); err != nil || got != want {
			t.Errorf("%s is %q, %v, want %q", address, got, err, want)
		}
	}
	for address, want := range map[string]string{
		"output.none": "it has output.count, output.ids", "output.password": "is sensitive", "output.ids": "is a list or an object",
		"terraform_data.subnet[0].output.none": "is not there", "aws_subnet.a.id": "it has terraform_data.subnet[0], terraform_data.subnet[1]",
	} {
		if _, err := values.Text(address); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v, want an error with %q", address, err, want)
		}
	}
}
