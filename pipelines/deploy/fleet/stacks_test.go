package fleet_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"git.example/slipway/internal/deploytest"
	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/compose"
	"git.example/slipway/pipelines/deploy/fleet"
	"git.example/slipway/pipelines/deploy/journal"
	"git.example/slipway/pipelines/deploy/rollout"
	"git.example/slipway/pipelines/report"
)

const environment = "test"

// stacks are compose stacks on this machine's Docker, each in a directory and
// with a project name of its own, as if they were on hosts of their own.
type stacks struct {
	t *testing.T
	// Everything that a child process needs to deploy the same is exported.
	Project string
	File    string
	Dirs    []string
	Images  map[string]map[string]deploy.Image // by tag, by name
	Before  []config.Step
	After   []config.Step
	Batches []string
	SSH     []server // how hosts are reached; none: they are this machine
	Times   journal.LeaseTimes
	reports report.Reporter
	connect func(i int) deploy.Host
	engines map[int]string // of hosts with a Docker of their own
}

const stackFile = `
services:
  web:
    image: ${WEB_REPOSITORY}:${DEPLOY_TAG}
    volumes: ["./data:/data"]
    healthcheck: {test: [CMD, test, -e, /www/version], interval: 500ms, timeout: 1m, retries: 2}
    stop_grace_period: 1s
`

func newStacks(t *testing.T, n int) *stacks {
	t.Helper()
	deploytest.NeedCompose(t)
	s := &stacks{
		t: t, Project: fmt.Sprintf("slfleet-%d-%d", os.Getpid(), deploytest.Number()), File: stackFile, Images: map[string]map[string]deploy.Image{},
		reports: report.Discard, connect: func(int) deploy.Host { return deploy.LocalHost{} },
		Times: journal.LeaseTimes{TTL: 15 * time.Second, Beat: 500 * time.Millisecond},
	}
	for range n {
		dir := t.TempDir()
		if err := os.Mkdir(filepath.Join(dir, "data"), 0o755); err != nil {
			t.Fatal(err)
		}
		s.Dirs = append(s.Dirs, dir)
	}
	t.Cleanup(s.down)
	return s
}

// down takes everything away, also networks, which Docker has only few of.
func (s *stacks) down() {
	if ids := s.find("container", "ls", "-aq"); len(ids) > 0 {
		s.output(append([]string{"docker", "rm", "-f", "-v"}, ids...)...)
	}
	if ids := s.find("network", "ls", "-q"); len(ids) > 0 {
		s.output(append([]string{"docker", "network", "rm"}, ids...)...)
	}
	for tag := range s.Images {
		exec.Command("docker", "image", "rm", s.Images[tag]["web"].Reference).Run() // some tests never pull it
	}
}

// find lists what compose made for any of the stacks.
func (s *stacks) find(words ...string) []string {
	args := append(append([]string{"docker"}, words...), "--format", `{{.Label "com.docker.compose.project"}} {{.ID}}`)
	args = slices.DeleteFunc(args, func(word string) bool { return word == "-q" })
	for i, word := range args {
		if word == "-aq" {
			args[i] = "-a"
		}
	}
	var ids []string
	for line := range strings.Lines(s.output(args...)) {
		project, id, _ := strings.Cut(strings.TrimSpace(line), " ")
		if strings.HasPrefix(project, s.Project+"-") {
			ids = append(ids, id)
		}
	}
	return ids
}

func (s *stacks) project(i int) string { return fmt.Sprintf("%s-%d", s.Project, i+1) }

func (s *stacks) release(tags ...string) {
	s.t.Helper()
	for _, tag := range tags {
		s.Images[tag] = map[string]deploy.Image{"web": deploytest.PushProgram(s.t, s.Project+"/web", tag, app)}
	}
}

// fails makes a release fail on one host: see app.
func (s *stacks) fails(i int, tag, how string) {
	s.t.Helper()
	if err := os.WriteFile(filepath.Join(s.Dirs[i], "data", tag), []byte(how+"\n"), 0o644); err != nil {
		s.t.Fatal(err)
	}
}

func (s *stacks) member(i int, host deploy.Host, steps compose.Steps) deploy.Target {
	return compose.New(compose.Options{
		Name: "app", Host: host, Dir: s.Dirs[i], State: compose.StateDir(s.Dirs[i], environment, "app"), Steps: steps,
		Config: config.ComposeTarget{
			File: config.Strings{"compose.yml"}, Project: s.project(i), Strategy: config.Rolling, Before: s.Before, After: s.After,
			HealthTimeout: config.Duration(5 * time.Minute), Settle: config.Duration(500 * time.Millisecond),
		},
		Poll: 250 * time.Millisecond, Blind: 20 * time.Second,
	})
}

// target is the fleet.
func (s *stacks) target() deploy.Target {
	o := fleet.Options{Name: "app", Batches: s.Batches, HostsAtOnce: 4} // the machine is small
	for i := range s.Dirs {
		host, steps := s.connect(i), compose.StepsNone
		if i == 0 {
			steps = compose.StepsBefore
			o.Closing = s.member(0, host, compose.StepsAfter)
		}
		o.Members = append(o.Members, fleet.Member{Host: fmt.Sprintf("app%d", i+1), Target: s.member(i, host, steps)})
	}
	return fleet.New(o)
}

func (s *stacks) journal() *journal.Journal {
	return journal.New(s.connect(0), compose.JournalDir(s.Dirs[0], environment), s.Times)
}

func (s *stacks) deployment(tag string) rollout.Deployment {
	images := s.Images[tag]
	d := deploy.Desired{
		Project: "shop", Environment: environment, Release: deploytest.Record(tag, images), Images: images,
		Files: map[string]string{"compose.yml": s.File}, Main: []string{"compose.yml"},
		Variables: deploy.Variables(tag, environment, deploytest.Registry(), images),
	}
	return rollout.Deployment{
		Journal: s.journal(), Tag: tag, Targets: []rollout.Item{{Target: s.target(), Desired: d}}, By: journal.Holder{User: "ana"}, Reporter: s.reports,
	}
}

func (s *stacks) deploy(tag string) (rollout.Result, error) {
	s.t.Helper()
	return rollout.Run(s.t.Context(), s.deployment(tag))
}

func (s *stacks) mustDeploy(tag string) rollout.Result {
	s.t.Helper()
	result, err := s.deploy(tag)
	if err != nil {
		s.t.Fatalf("deploying %s: %v", tag, err)
	}
	return result
}

// outcomes are the history, oldest first, as "tag outcome".
func (s *stacks) outcomes() []string {
	s.t.Helper()
	local := journal.New(deploy.LocalHost{}, compose.JournalDir(s.Dirs[0], environment), s.Times)
	return deploytest.Outcomes(s.t, local)
}

// serving is what each host runs, oldest first, as tags.
func (s *stacks) serving() []string {
	s.t.Helper()
	versions := map[string]string{}
	for tag, images := range s.Images {
		versions[images["web"].Reference] = tag
	}
	all := make([]string, len(s.Dirs))
	ps := []string{"ps", "--no-trunc", "--format", `{{.Label "com.docker.compose.project"}} {{.Label "com.docker.compose.oneoff"}} {{.Image}}`}
	lines := s.output(append([]string{"docker"}, ps...)...)
	for _, engine := range s.engines {
		lines += s.output(append([]string{"docker", "-H", engine}, ps...)...)
	}
	for line := range strings.Lines(lines) {
		fields := strings.Fields(line)
		for i := range s.Dirs {
			if len(fields) == 3 && fields[0] == s.project(i) && fields[1] == "False" {
				all[i] = strings.TrimSpace(versions[fields[2]] + " " + all[i])
			}
		}
	}
	return all
}

// wantOne wants every host but some, counted from 0, to run one release.
func (s *stacks) wantOne(tag string, but ...int) {
	s.t.Helper()
	all := s.serving()
	for i, got := range all {
		if got != tag && !slices.Contains(but, i) {
			s.t.Errorf("app%d runs %q, want %q; all: %q", i+1, got, tag, all)
		}
	}
}

// migrations are the releases whose migration ran, on all hosts.
func (s *stacks) migrations() string {
	s.t.Helper()
	var all []string
	for _, dir := range s.Dirs {
		content, err := os.ReadFile(filepath.Join(dir, "data", "migrations"))
		if err != nil && !os.IsNotExist(err) {
			s.t.Fatal(err)
		}
		all = append(all, strings.Fields(string(content))...)
	}
	return strings.Join(all, " ")
}

func (s *stacks) output(args ...string) string {
	s.t.Helper()
	out, err := exec.Command(args[0], args[1:]...).Output()
	if err != nil {
		s.t.Fatalf("%s: %v", strings.Join(args, " "), err)
	}
	return string(out)
}

func migrate() []config.Step {
	return []config.Step{{Service: "web", Run: config.Command{"migrate"}}}
}

func after() []config.Step { return []config.Step{{Service: "web", Run: config.Command{"after"}}} }
