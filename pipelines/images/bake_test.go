package images

import (
	"context"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"git.example/slipway/internal/projecttest"
	"git.example/slipway/pipelines/config"
)

// bakeFile has what teams use of bake: variables, a group, inheritance, a
// function, and every attribute that Slipway takes over.
const bakeFile = `
variable "TAG" { default = "dev" }
variable "REGISTRY" { default = "111111111111.dkr.ecr.us-east-1.amazonaws.com" }

group "default" { targets = ["api", "admin"] }

target "base" {
  platforms  = ["linux/amd64"]
  args       = { VERSION = upper("v1") }
  secret     = ["id=npm,env=NPM_TOKEN", "type=file,id=key,src=key.txt", "id=PLAIN"]
  cache-from = ["type=registry,ref=example.com/cache"]
}

target "api" {
  inherits = ["base"]
  context  = "api"
  target   = "prod"
  tags     = ["${REGISTRY}/tracker-api:${TAG}"]
}

target "admin" {
  dockerfile = "admin/Dockerfile"
  contexts   = { shared = "./shared", tools = "docker-image://busybox:1.36" }
}

target "unused" { context = "unused" }
`

// needBuildx skips where there is no buildx; no engine has to run.
func needBuildx(t *testing.T) {
	t.Helper()
	if out, err := exec.Command("docker", "buildx", "version").CombinedOutput(); err != nil {
		t.Skipf("no buildx: %v\n%s", err, out)
	}
}

func TestBakeImages(t *testing.T) {
	needBuildx(t)
	t.Setenv("DOCKER_HOST", "unix:///nonexistent/docker.sock")
	t.Setenv("PLAIN", "secret") // without it buildx takes the id for a file
	dir := t.TempDir()
	projecttest.Write(t, dir, "docker-bake.hcl", bakeFile)
	projecttest.Write(t, dir, "key.txt", "k")
	projecttest.Write(t, dir, "shared/x", "x")
	got, err := Bake(context.Background(), dir, config.Images{Bake: "docker-bake.hcl"})
	if err != nil {
		t.Fatal(err)
	}
	want := config.Map[config.Image]{
		{Name: "admin", Value: config.Image{Build: config.Build{
			Context: ".", Dockerfile: "admin/Dockerfile",
			Contexts: map[string]string{"shared": "./shared", "tools": "docker-image://busybox:1.36"},
		}}},
		{Name: "api", Value: config.Image{
			Build: config.Build{
				Context: "api", Dockerfile: "Dockerfile", Target: "prod", Args: map[string]string{"VERSION": "V1"},
				Secrets:   map[string]string{"npm": "env://NPM_TOKEN", "key": "file://key.txt", "PLAIN": "env://PLAIN"},
				CacheFrom: []string{"type=registry,ref=example.com/cache"},
			},
			Platforms: []string{"linux/amd64"}, Repository: "tracker-api",
		}},
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Error(diff)
	}

	one, err := Bake(context.Background(), dir, config.Images{Bake: "docker-bake.hcl", Targets: []string{"unused"}})
	if err != nil || len(one) != 1 || one[0].Name != "unused" {
		t.Errorf("one target: got %v, %v", one.Names(), err)
	}
}

func TestBakeRefuses(t *testing.T) {
	needBuildx(t)
	tests := []struct{ name, file, want string }{
		{"malformed", `target "api" {`, "docker-bake.hcl"},
		{"inline Dockerfile", "target \"default\" {\n  dockerfile-inline = \"FROM scratch\"\n}\n", "dockerfile-inline is not supported"},
		{"a context that is a target", "target \"default\" {\n  contexts = { base = \"target:base\" }\n}\ntarget \"base\" {}\n", "is another target"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			projecttest.Write(t, dir, "docker-bake.hcl", test.file)
			_, err := Bake(context.Background(), dir, config.Images{Bake: "docker-bake.hcl"})
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %q in it", err, test.want)
			}
		})
	}
}
