package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"git.example/slipway/internal/projecttest"
	"git.example/slipway/internal/sshtest"
	"git.example/slipway/pipelines"
	"git.example/slipway/pipelines/deploy/journal"
	"git.example/slipway/pipelines/deploy/rollout"
)

// stack has one service that runs until it is stopped, on a host behind SSH.
const stack = `version: 1
project: PROJECT
images:
  app: {context: image}
registries:
  local: {oci: {host: REGISTRY}}
environments:
  prod:
    registry: local
    deploy:
      app:
        compose:
          file: compose.yml
          path: DIR
          project: PROJECT
          settle: 500ms
          env: {set: {TOKEN: env://TOKEN}}
          hosts: [USER@app1.internal:PORT]
`

const composeFile = `services:
  app:
    image: REGISTRY/PROJECT/app:${DEPLOY_TAG}
    command: [serve]
    stop_grace_period: 1s
    env_file: .env
`

// site is a project with a host to deploy to, which is this machine's Docker
// behind an sshd.
type site struct {
	t            *testing.T
	dir, project string
	registry     string
	server       *sshtest.Server
	knownHosts   string
	// arguments go before everything else, with before the function.
	arguments, with []string
}

const canary = "canary-c2f0a94d71"

// newSite is a site whose slipway.yaml is config.
func newSite(t *testing.T, config string) *site {
	t.Helper()
	if out, err := exec.Command("docker", "compose", "version").CombinedOutput(); err != nil {
		t.Skipf("no Docker with compose for the host: %v\n%s", err, out)
	}
	s := &site{t: t, project: fmt.Sprintf("sle2e-%d", os.Getpid()), server: sshtest.Start(t, sshtest.Config{})}
	s.dir, s.registry = project(t, "pass", strings.NewReplacer("PROJECT", s.project, "DIR", s.server.Dir,
		"USER", s.server.User, "PORT", strconv.Itoa(s.server.Port)).Replace(config))
	projecttest.Write(t, s.dir, "compose.yml", strings.NewReplacer("REGISTRY", s.registry, "PROJECT", s.project).Replace(composeFile))
	commit(t, s.dir, "Add the stack")
	s.knownHosts = filepath.Join(t.TempDir(), "known_hosts")
	s.know(s.server.HostKey("ed25519"))
	t.Cleanup(func() {
		for _, id := range s.containers() {
			exec.Command("docker", "rm", "-f", "-v", id).Run()
		}
		exec.Command("docker", "network", "rm", s.project+"_default").Run()
	})
	return s
}

// know writes known_hosts with one key.
func (s *site) know(key string) {
	s.t.Helper()
	projecttest.Write(s.t, filepath.Dir(s.knownHosts), filepath.Base(s.knownHosts), fmt.Sprintf("[app1.internal]:%d %s\n", s.server.Port, key))
}

// containers are the ids of the stack's running ones.
func (s *site) containers() []string {
	s.t.Helper()
	out, err := exec.Command("docker", "ps", "-q", "--no-trunc", "--filter", "label=com.docker.compose.project="+s.project).Output()
	if err != nil {
		s.t.Fatal(err)
	}
	return strings.Fields(string(out))
}

// args are those of a call that may reach the host.
func (s *site) args(login []string, words ...string) []string {
	port := strconv.Itoa(s.server.Port)
	args := append(slices.Clone(s.arguments), "--build-number", "1", "with-secret", "--name", "TOKEN", "--value", "env://E2E_TOKEN",
		"with-service", "--address", "app1.internal:"+port, "--service", "tcp://127.0.0.1:"+port, "with-ssh")
	args = append(append(args, login...), "with-ssh", "--known-hosts", s.knownHosts)
	return append(append(args, s.with...), service(s.registry, words...)...)
}

func (s *site) key() []string { return []string{"--key", "file://" + s.server.Key} }

func (s *site) call(words ...string) called {
	s.t.Helper()
	told := newTraces(s.t)
	c := call(s.t, s.dir, append(told.env(), "E2E_TOKEN="+canary), s.args(s.key(), words...)...)
	if strings.Contains(c.stdout+c.stderr, canary) || told.has(canary) {
		s.t.Errorf("%v shows a secret:\n%s", words, c.stdout+c.stderr)
	}
	return c
}

func (s *site) ok(into any, words ...string) {
	s.t.Helper()
	c := s.call(words...)
	if c.code != 0 {
		s.t.Fatalf("dagger call %v: exit code %d\n%s", words, c.code, c.stderr)
	}
	if err := json.Unmarshal([]byte(c.stdout), into); err != nil {
		s.t.Fatalf("dagger call %v: %v in %q", words, err, c.stdout)
	}
}

// TestDeploy takes a commit from its source to a host behind SSH, and back.
func TestDeploy(t *testing.T) {
	needEngine(t)
	s := newSite(t, stack)
	var first rollout.Result
	s.ok(&first, "release", "--env", "prod", "json")
	if first.Entry.Outcome != journal.OutcomeDeployed || len(s.containers()) != 1 {
		t.Fatalf("outcome %s with %d containers", first.Entry.Outcome, len(s.containers()))
	}

	t.Run("twice in a row acts twice", func(t *testing.T) {
		for range 2 {
			run(t, exec.Command("docker", append([]string{"rm", "-f"}, s.containers()...)...))
			var again rollout.Result
			s.ok(&again, "deploy", "--env", "prod", "json")
			if len(s.containers()) != 1 {
				t.Fatalf("%d containers run after deploy %d", len(s.containers()), again.Entry.ID)
			}
		}
	})
	t.Run("verify and history", func(t *testing.T) {
		var verified pipelines.Verified
		s.ok(&verified, "verify", "--env", "prod", "json")
		if verified.Tag != first.Entry.Tag || len(verified.Drift) > 0 {
			t.Errorf("verified: %+v", verified)
		}
		var entries []journal.Entry
		s.ok(&entries, "history", "--env", "prod", "json")
		if len(entries) != 3 {
			t.Errorf("%d entries, want 3: %+v", len(entries), entries)
		}
	})
	t.Run("verify finds what stopped", func(t *testing.T) {
		run(t, exec.Command("docker", append([]string{"stop", "-t", "1"}, s.containers()...)...))
		if c := s.call("verify", "--env", "prod"); c.code != 1 || !strings.Contains(c.message(), "does not run release") {
			t.Errorf("exit code %d, %q", c.code, c.message())
		}
	})
	t.Run("rollback", func(t *testing.T) {
		projecttest.Write(t, s.dir, "image/hello.txt", "the second")
		commit(t, s.dir, "Change the page")
		var second, back rollout.Result
		s.ok(&second, "release", "--env", "prod", "json")
		if second.Entry.Tag == first.Entry.Tag || second.Previous != first.Entry.Tag {
			t.Errorf("tag %s after %s", second.Entry.Tag, second.Previous)
		}
		older := []string{"plan", "--env", "prod", "--tag", first.Entry.Tag}
		if c := s.call(append(older, "refused")...); !strings.Contains(c.stdout, "older") {
			t.Errorf("a plan of an older release says %q, %s", c.stdout, c.message())
		}
		if c := s.call(append(older, "--allow-diverged", "refused")...); c.code != 0 || c.stdout != "" {
			t.Errorf("with --allow-diverged it says %q, %s", c.stdout, c.message())
		}
		s.ok(&back, "rollback", "--env", "prod", "json")
		if back.Entry.Tag != first.Entry.Tag || back.Entry.Outcome != journal.OutcomeRollback {
			t.Errorf("rolled back to %s: %s", back.Entry.Tag, back.Entry.Outcome)
		}
	})
	t.Run("with an agent", func(t *testing.T) {
		socket := sshtest.Agent(t, s.server.Key)
		c := call(t, s.dir, []string{"E2E_TOKEN=" + canary}, s.args([]string{"--agent", socket}, "verify", "--env", "prod", "tag")...)
		if c.code != 0 || c.stdout != first.Entry.Tag {
			t.Errorf("exit code %d, tag %q\n%s", c.code, c.stdout, c.message())
		}
	})
	t.Run("another host key", func(t *testing.T) {
		other := filepath.Join(t.TempDir(), "other")
		sshtest.Keygen(t, other, "ed25519")
		public, err := os.ReadFile(other + ".pub")
		if err != nil {
			t.Fatal(err)
		}
		s.know(strings.Join(strings.Fields(string(public))[:2], " "))
		defer s.know(s.server.HostKey("ed25519"))
		if c := s.call("verify", "--env", "prod"); c.code != 1 || !strings.Contains(c.message(), "key") || strings.Count(c.message(), "\n") > 12 {
			t.Errorf("exit code %d, %q", c.code, c.message())
		}
	})
	t.Run("nobody there", func(t *testing.T) {
		s.server.Stop()
		if c := s.call("verify", "--env", "prod"); c.code != 1 || !strings.Contains(c.message(), "app1.internal") {
			t.Errorf("exit code %d, %q", c.code, c.message())
		}
	})
}

// TestDeployRefusals are deploys that end before anything starts.
func TestDeployRefusals(t *testing.T) {
	needEngine(t)
	hosted := strings.NewReplacer("PROJECT", "sample", "DIR", "/srv/sample", "USER", "ana", "PORT", "22").Replace(stack)
	tests := map[string]struct {
		config string
		want   []string
	}{
		"missing secret": {config: hosted, want: []string{"with-secret --name TOKEN --value env://TOKEN"}},
		"a local target": {
			config: strings.Replace(strings.Replace(hosted, "          hosts: [ana@app1.internal:22]\n", "", 1), "          env: {set: {TOKEN: env://TOKEN}}\n", "", 1),
			want:   []string{`target "app" is on the machine`, "hosts"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			dir, _ := project(t, "pass", test.config)
			c := call(t, dir, nil, "deploy", "--env", "prod")
			if c.code != 2 {
				t.Errorf("exit code %d, want 2\n%s", c.code, c.message())
			}
			if i := slices.IndexFunc(test.want, func(want string) bool { return !strings.Contains(c.message(), want) }); i >= 0 {
				t.Errorf("the error has no %q:\n%s", test.want[i], c.message())
			}
		})
	}
}
