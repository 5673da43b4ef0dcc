package e2e

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"git.example/slipway/internal/projecttest"
	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/scaffold"
)

// needDagger1 skips where the dagger command is of a line before 1.0.
func needDagger1(t *testing.T) {
	t.Helper()
	needEngine(t)
	if out, err := exec.Command("dagger", "version").CombinedOutput(); err != nil || !strings.Contains(string(out), "v1.") {
		t.Skipf("not Dagger 1.0: %s", out)
	}
}

// TestWorkspace uses the module on Dagger 1.0 with the dagger.toml that init writes:
// "--env" is Dagger's own there and means the environment of slipway.yaml, and
// where it would mean nothing it is refused.
func TestWorkspace(t *testing.T) {
	needDagger1(t)
	dir, host := project(t, "pass", strings.Replace(sample, "  staging: {registry: local}\n", "  staging: {registry: local}\n  prod: {registry: local}\n", 1))
	elsewhere(t, dir)
	c, err := config.Load(dir + "/slipway.yaml")
	if err != nil {
		t.Fatal(err)
	}
	text, ok, err := scaffold.Workspace(os.DirFS(dir), c, scaffold.Module{Address: "./tools/slipway"})
	if err != nil || !ok {
		t.Fatalf("%v, %v", ok, err)
	}
	projecttest.Write(t, dir, "dagger.toml", string(text))
	commit(t, dir, "Use Slipway")
	in := func(args ...string) called {
		t.Helper()
		cmd := exec.Command("dagger", append([]string{"--progress", "plain"}, args...)...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "NO_COLOR=1")
		var stdout, stderr strings.Builder
		cmd.Stdout, cmd.Stderr = &stdout, &stderr
		cmd.Run()
		return called{stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()}
	}
	refusals := map[string]struct {
		args []string
		want string
	}{
		"a change without a name": {[]string{"call", "deploy"}, "no environment named: use --environment before the function"},
		"a look without a name":   {[]string{"call", "plan"}, "environments: staging, prod"},
		"an unknown name":         {[]string{"call", "deploy", "--env", "prd"}, `"prd" is not defined (defined envs: prod, staging)`},
		"a module without overlays": {
			[]string{"-m", "./tools/slipway", "call", "--source", ".", "deploy", "--env", "prod"}, "no environment named",
		},
	}
	for name, test := range refusals {
		t.Run(name, func(t *testing.T) {
			if c := in(test.args...); c.code == 0 || !strings.Contains(c.message(), test.want) {
				t.Errorf("exit code %d, want an error with %q\n%s", c.code, test.want, c.message())
			}
		})
	}
	reach := []string{"with-service", "--address", host, "--service", "tcp://" + host}
	for _, test := range [][]string{
		append(append([]string{"call", "--build-number", "1"}, reach...), "publish", "--env", "prod", "tag"),
		append(append([]string{"call", "--build-number", "1", "--environment", "prod"}, reach...), "publish", "tag"),
	} {
		if c := in(test...); c.code != 0 || !strings.HasPrefix(c.stdout, "1_") {
			t.Fatalf("dagger %v: exit code %d, %q\n%s", test, c.code, c.stdout, c.message())
		}
	}
	for _, env := range []string{"prod", "staging"} { // the command line names the one that it was given
		args := append(append([]string{"call", "--build-number", "1"}, reach...), "plan", "--env", env, "json")
		if c := in(args...); !strings.Contains(c.message(), `environment "`+env+`" has nothing to deploy to`) {
			t.Errorf("dagger %v: exit code %d, %s\n%s", args, c.code, c.stdout, c.message())
		}
	}
}
