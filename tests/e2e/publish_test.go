package e2e

import (
	"encoding/json"
	"strings"
	"testing"
)

func decode(t *testing.T, text string, into any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), into); err != nil {
		t.Fatalf("%v in %q", err, text)
	}
}

func TestBuild(t *testing.T) {
	needEngine(t)
	dir, _ := project(t, "pass", sample)
	file := []string{"build", "container", "file", "--path", "/hello.txt", "contents"}
	if got, want := ok(t, dir, nil, file...), "hello from TestBuild"; got != want {
		t.Errorf("the image has %q, want %q", got, want)
	}
}

// TestSecrets passes secrets everywhere and looks for them in all that is shown.
func TestSecrets(t *testing.T) {
	needEngine(t)
	canary := "canary-5e7d1b92c4"
	config := strings.Replace(sample, "export:", "env: {TOKEN: env://TOKEN}, export:", 1)
	config = strings.Replace(config, "oci: {", "oci: {username: ana, password: env://PASSWORD, ", 1)
	dir, host := project(t, "fail", config)
	args := []string{"--build-number", "1",
		"with-secret", "--name", "TOKEN", "--value", "env://E2E_TOKEN",
		"with-secret", "--name", "PASSWORD", "--value", "env://E2E_PASSWORD"}
	told := newTraces(t)
	env := append(told.env(), "E2E_TOKEN="+canary, "E2E_PASSWORD="+canary+"-2")
	c := call(t, dir, env, append(args, service(host, "publish")...)...)
	if c.code != 1 || !strings.Contains(c.message(), "failed with exit code 3") {
		t.Errorf("exit code %d, %q; want the failed check", c.code, c.message())
	}
	if strings.Contains(c.stdout+c.stderr, canary) {
		t.Errorf("a secret is shown:\n%s", c.stdout+c.stderr)
	}
	if !told.has("run unit") || !told.has("probe runs") {
		t.Error("spans or logs did not come")
	}
	if told.has(canary) {
		t.Error("a secret is in the trace")
	}
}

// TestFunctions asks for the help of every function.
func TestFunctions(t *testing.T) {
	needEngine(t)
	dir, _ := project(t, "pass", sample)
	for name, want := range map[string]string{
		"check": "--allow-failure", "lint": "text", "offline-plan": "text", "build": "--image", "publish": "--env", "plan": "--only", "deploy": "--lock-wait", "release": "--skip-checks", "promote": "--from", "rollback": "CURRENT,RELEASED",
		"verify": "services", "history": "--limit", "changes": "targets", "generate": "--ci", "with-ssh": "--agent",
		"with-secret": "--name", "with-variable": "--value", "with-registry-auth": "--username", "with-service": "--address",
	} {
		if help := ok(t, dir, nil, name, "--help"); !strings.Contains(help, want) {
			t.Errorf("the help of %s has no %s:\n%s", name, want, help)
		}
	}
}
