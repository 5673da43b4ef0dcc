package e2e

import (
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"git.example/slipway/internal/projecttest"
	"git.example/slipway/pipelines"
)

// infrastructure is a target beside the stack. Its state is on a server that only
// this process reaches.
const infrastructure = `      infra:
        terraform: {dir: infra, env: {TF_VAR_token: env://TOKEN}}
`

const infrastructureCode = `terraform {
  backend "http" { address = "http://state.internal:PORT/prod" }
}
variable "image_tags" { type = map(string) }
variable "token" {
  type      = string
  sensitive = true
}
resource "terraform_data" "service" { input = var.image_tags }
`

// stateServer keeps a state as Terraform's backend "http" asks for it
// (https://developer.hashicorp.com/terraform/language/backend/http).
type stateServer struct {
	mu    sync.Mutex
	state []byte
}

func (s *stateServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case r.Method == http.MethodPost:
		s.state, _ = io.ReadAll(r.Body)
	case r.Method == http.MethodGet && s.state != nil:
		w.Write(s.state)
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

// TestTerraform deploys through Terraform code beside a host, with the program
// that this machine has.
func TestTerraform(t *testing.T) {
	needEngine(t)
	program, err := terraformProgram()
	if err != nil {
		t.Skip(err)
	}
	// Which of the two environments it is the branch says.
	s := newSite(t, strings.Replace(stack+infrastructure, "  prod:\n", "  other: {registry: local, when: {branch: other}}\n  prod:\n    when: {branch: main}\n", 1))
	state := &stateServer{}
	server := httptest.NewServer(state)
	t.Cleanup(server.Close)
	_, port, _ := net.SplitHostPort(server.Listener.Addr().String())
	projecttest.Write(t, s.dir, "infra/main.tf", strings.Replace(infrastructureCode, "PORT", port, 1))
	commit(t, s.dir, "Add the infrastructure")
	s.with = []string{"with-service", "--address", "state.internal:" + port, "--service", "tcp://127.0.0.1:" + port}

	s.arguments = []string{"--terraform", program}
	t.Run("without a remote state", func(t *testing.T) {
		projecttest.Write(t, s.dir, "infra/main.tf", "terraform {}\n# backend \"s3\" {}\nvariable \"image_tags\" { type = map(string) }\n")
		defer git(t, s.dir, "checkout", "-q", "infra")
		if c := s.call("release", "--env", "prod"); c.code != 1 || !strings.Contains(c.message(), `"infra" keeps its state in a local file`) {
			t.Errorf("exit code %d, %q", c.code, c.message())
		}
	})
	maps := t.TempDir()
	c := s.call("release", "tag-maps", "export", "--path", maps)
	if c.code != 0 {
		t.Fatalf("exit code %d\n%s", c.code, c.stderr)
	}
	content, err := os.ReadFile(filepath.Join(maps, "infra/image-tags.auto.tfvars.json"))
	if err != nil || !strings.Contains(string(content), `"app": "1_`) {
		t.Errorf("the tag map is %q: %v", content, err)
	}
	if !strings.Contains(string(state.state), `"app"`) {
		t.Errorf("the state is %s", state.state)
	}
	var planned pipelines.Planned
	s.ok(&planned, "plan", "json")
	if len(planned.Targets) != 2 {
		t.Errorf("%d plans: %+v", len(planned.Targets), planned)
	}
}

// terraformProgram is the path of a program for Terraform code.
func terraformProgram() (string, error) {
	for _, name := range []string{"terraform", "tofu"} {
		if program, err := exec.LookPath(name); err == nil {
			return program, nil
		}
	}
	return "", errors.New("neither terraform nor tofu is here; .ci/setup tests installs OpenTofu")
}
