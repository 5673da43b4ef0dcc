package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"git.example/slipway/internal/projecttest"
	"git.example/slipway/internal/registrytest"
)

// probe is a program for images from scratch: no base image is pulled.
const probe = `package main

import (
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	fmt.Println("probe runs")
	os.WriteFile("/report.txt", fmt.Append(nil, time.Now().UnixNano()), 0o644)
	if len(os.Args) > 1 && os.Args[1] == "fail" {
		os.Exit(3)
	}
	if len(os.Args) > 1 && os.Args[1] == "serve" {
		stop := make(chan os.Signal, 1)
		signal.Notify(stop, syscall.SIGTERM)
		<-stop
	}
}
`

// sample has a check that passes, with PROBE as its argument, and one image.
const sample = `version: 1
project: sample
checks:
  unit: {build: {context: image}, run: [/probe, PROBE], export: [/report.txt]}
images:
  app: {context: image}
registries:
  local: {oci: {host: REGISTRY}}
environments:
  staging: {registry: local}
`

// project is a git repository with the sample and extra lines in its
// slipway.yaml, and the REGISTRY that it publishes to, which this process serves.
func project(t *testing.T, argument, config string) (dir, host string) {
	t.Helper()
	host = registrytest.Serve(t)
	dir = t.TempDir()
	projecttest.Write(t, dir, "slipway.yaml", strings.NewReplacer("REGISTRY", host, "PROBE", argument).Replace(config))
	projecttest.Write(t, dir, "image/Dockerfile", "FROM scratch\nCOPY probe hello.txt /\nENTRYPOINT [\"/probe\"]\n")
	projecttest.Write(t, dir, "image/hello.txt", "hello from "+t.Name())
	source := filepath.Join(t.TempDir(), "main.go")
	projecttest.Write(t, filepath.Dir(source), "main.go", probe)
	build := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w -buildid=", "-o", filepath.Join(dir, "image/probe"), source)
	build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux")
	run(t, build)
	git(t, dir, "init", "-q", "-b", "main")
	commit(t, dir, "First version")
	return dir, host
}

// commit commits everything.
func commit(t *testing.T, dir, message string) {
	t.Helper()
	git(t, dir, "add", "-A")
	git(t, dir, "-c", "user.name=e2e", "-c", "user.email=e2e@example.com", "commit", "-q", "-m", message)
}

func git(t *testing.T, dir string, args ...string) {
	t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = dir
	run(t, cmd)
}

func run(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", cmd.Args, err, out)
	}
}

// service are the arguments that lead the module to a registry of this process.
func service(host string, args ...string) []string {
	return append([]string{"with-service", "--address", host, "--service", "tcp://" + host}, args...)
}
