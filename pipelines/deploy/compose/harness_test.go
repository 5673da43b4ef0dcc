package compose_test

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"git.example/slipway/internal/deploytest"
	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/compose"
	"git.example/slipway/pipelines/deploy/journal"
	"git.example/slipway/pipelines/deploy/rollout"
	"git.example/slipway/pipelines/report"
	"git.example/slipway/pipelines/secrets"
)

// stack is a compose stack on this machine's Docker, and what is deployed to it.
type stack struct {
	t *testing.T
	// Everything that a child process needs to deploy the same is exported.
	Project string
	Dir     string
	Files   map[string]string
	// HostFiles and HostDirectories are what the release brings.
	HostFiles       map[string]deploy.HostFile
	HostDirectories map[string]bool
	Images          map[string]map[string]deploy.Image // by tag, by name
	Config          config.ComposeTarget
	Env             map[string]string
	Keep            int
	// Login is a registry that wants robot's password.
	Login, Password string
	reports         report.Reporter
}

const environment = "test"

// newStack makes an empty stack whose compose file is content. It is taken down
// at the end.
func newStack(t *testing.T, content string) *stack {
	t.Helper()
	needDocker(t)
	s := &stack{
		t: t, Project: fmt.Sprintf("sldep-%d-%d", os.Getpid(), deploytest.Number()), Dir: t.TempDir(),
		Files: map[string]string{"compose.yml": content}, Images: map[string]map[string]deploy.Image{},
		reports: report.Discard,
	}
	s.Config = config.ComposeTarget{
		File: config.Strings{"compose.yml"}, Project: s.Project, Strategy: config.Rolling,
		HealthTimeout: config.Duration(time.Minute), Settle: config.Duration(700 * time.Millisecond),
	}
	t.Cleanup(s.down)
	return s
}

func (s *stack) down() {
	ids := strings.Fields(output(s.t, "docker", "ps", "-aq", "--filter", "label=com.docker.compose.project="+s.Project))
	if len(ids) > 0 {
		output(s.t, append([]string{"docker", "rm", "-f", "-v"}, ids...)...)
	}
	output(s.t, "docker", "compose", "-p", s.Project, "down", "-v")
	for _, image := range strings.Fields(output(s.t, "docker", "images", "--digests", "--format", "{{.Repository}}:{{.Tag}} {{.Repository}}@{{.Digest}}")) {
		if strings.Contains(image, "/"+s.Project+"/") && !strings.Contains(image, "<none>") {
			exec.Command("docker", "image", "rm", image).Run() // by tag or by digest, whichever it has
		}
	}
}

func (s *stack) target() *compose.Target {
	return compose.New(compose.Options{
		Name: "app", Host: deploy.LocalHost{}, Dir: s.Dir, State: compose.StateDir(s.Dir, environment, "app"),
		Config: s.Config, Poll: 250 * time.Millisecond,
	})
}

func (s *stack) journal() *journal.Journal {
	return journal.New(deploy.LocalHost{}, compose.JournalDir(s.Dir, environment), journal.LeaseTimes{TTL: 20 * time.Second, Beat: 500 * time.Millisecond})
}

// deployment is the deploy of the release tag.
func (s *stack) deployment(tag string) rollout.Deployment {
	images := s.Images[tag]
	d := deploy.Desired{
		Project: "shop", Environment: environment, Release: deploytest.Record(tag, images), Images: images, Files: s.Files, Main: s.Config.File,
		Variables: deploy.Variables(tag, environment, deploytest.Registry(), images),
	}
	d.HostFiles, d.HostDirectories = s.HostFiles, s.HostDirectories
	if s.Env != nil {
		d.Env = map[string]secrets.Value{}
		for key, value := range s.Env {
			d.Env[key] = secrets.NewValue(value)
		}
	}
	if s.Login != "" {
		d.Login = &deploy.Login{Registry: s.Login, Username: "robot", Password: secrets.NewValue(s.Password)}
	}
	return rollout.Deployment{
		Journal: s.journal(), Tag: tag, Targets: []rollout.Item{{Target: s.target(), Desired: d}},
		By: journal.Holder{User: "ana"}, Keep: s.Keep, Reporter: s.reports,
	}
}

func (s *stack) deploy(tag string) (rollout.Result, error) {
	s.t.Helper()
	return rollout.Run(s.t.Context(), s.deployment(tag))
}

func (s *stack) mustDeploy(tag string) rollout.Result {
	s.t.Helper()
	result, err := s.deploy(tag)
	if err != nil {
		s.t.Fatalf("deploying %s: %v", tag, err)
	}
	return result
}

// outcomes are the history, oldest first, as "tag outcome".
func (s *stack) outcomes() []string {
	s.t.Helper()
	return deploytest.Outcomes(s.t, s.journal())
}

// containers are the ids of a service's running containers.
func (s *stack) containers(service string) []string {
	s.t.Helper()
	return strings.Fields(output(s.t, "docker", "ps", "-q", "--no-trunc", "--filter", "label=com.docker.compose.project="+s.Project,
		"--filter", "label=com.docker.compose.service="+service, "--filter", "label=com.docker.compose.oneoff=False"))
}

// all are the ids of all the project's containers, stopped ones included.
func (s *stack) all() []string {
	s.t.Helper()
	return strings.Fields(output(s.t, "docker", "ps", "-aq", "--no-trunc", "--filter", "label=com.docker.compose.project="+s.Project))
}

// version is what the service's containers serve.
func (s *stack) version(service string) string {
	s.t.Helper()
	var served []string
	for _, id := range s.containers(service) {
		served = append(served, strings.TrimSpace(output(s.t, "docker", "exec", id, "cat", "/www/version")))
	}
	return strings.Join(served, " ")
}

func needDocker(t *testing.T) {
	t.Helper()
	deploytest.NeedCompose(t)
	standInOnce.Do(func() { importStandIn(t) })
}

func output(t *testing.T, args ...string) string {
	t.Helper()
	out, err := exec.Command(args[0], args[1:]...).Output()
	if err != nil {
		t.Fatalf("%s: %v", strings.Join(args, " "), err)
	}
	return string(out)
}

func write(t *testing.T, dir, name, content string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, dir, name string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	return port
}

func toJSON(t *testing.T, value any) string {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// webAndDB is a web service that needs a database.
const webAndDB = `
services:
  web:
    image: ${WEB_REPOSITORY}:${DEPLOY_TAG}
    init: true
    depends_on: {db: {condition: service_healthy}}
    healthcheck: {test: [CMD, test, -e, /www/version], interval: 500ms, timeout: 5s, retries: 3}
    stop_grace_period: 1s
  db:
    image: slipway-test/busybox:1
    init: true
    command: [sleep, "100000"]
    healthcheck: {test: [CMD, "true"], interval: 500ms, timeout: 5s}
    stop_grace_period: 1s
`

func stepOf(service string) config.Step {
	return config.Step{Service: service, Run: config.Command{"migrate", "x"}}
}
