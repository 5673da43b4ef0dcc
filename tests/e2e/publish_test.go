package e2e

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slipwayhq/slipway/pipelines"
	"github.com/slipwayhq/slipway/pipelines/release"
)

// TestPublish publishes a commit with the module and then with the library, as
// the command line does on Docker: the same content tags, the same digests.
func TestPublish(t *testing.T) {
	needEngine(t)
	dir, host := project(t, "pass", sample)
	var planned pipelines.Planned
	decode(t, ok(t, dir, nil, append([]string{"--build-number", "1"}, service(host, "plan", "json")...)...), &planned)
	docker, err := open(t, dir, "1").PlanImages(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(docker, planned); diff != "" {
		t.Errorf("the plans differ (-library +module):\n%s", diff)
	}
	var published pipelines.Published
	decode(t, ok(t, dir, nil, append([]string{"--build-number", "1"}, service(host, "publish", "json")...)...), &published)
	if len(published.Images) != 1 || !published.Images[0].Built || published.Existed {
		t.Fatalf("published: %+v", published)
	}
	again, err := open(t, dir, "2").Publish(t.Context(), pipelines.PublishOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if again.Images[0].Built || again.Images[0].Digest != published.Images[0].Digest {
		t.Errorf("the second publisher has %+v, want the digest of %+v", again.Images[0], published.Images[0])
	}
	if !again.Checks[0].Reused {
		t.Error("the second publisher ran the check again")
	}
}

// open opens the project with Docker, which is not needed where nothing is built.
func open(t *testing.T, dir, build string) *pipelines.Project {
	t.Helper()
	env := map[string]string{"HOME": t.TempDir(), "PATH": os.Getenv("PATH")}
	p, err := pipelines.Open(t.Context(), pipelines.Options{
		Dir: dir, Engine: pipelines.DockerEngine, Overrides: release.Overrides{Build: build},
		Lookup: func(name string) (string, bool) { v, ok := env[name]; return v, ok },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	return p
}

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
	c := call(t, dir, []string{"E2E_TOKEN=" + canary, "E2E_PASSWORD=" + canary + "-2"}, append(args, service(host, "publish")...)...)
	if c.code != 1 || !strings.Contains(c.message(), "failed with exit code 3") {
		t.Errorf("exit code %d, %q; want the failed check", c.code, c.message())
	}
	if strings.Contains(c.stdout+c.stderr, canary) {
		t.Errorf("a secret is shown:\n%s", c.stdout+c.stderr)
	}
}

// TestFunctions asks for the help of every function.
func TestFunctions(t *testing.T) {
	needEngine(t)
	dir, _ := project(t, "pass", sample)
	for name, want := range map[string]string{
		"check": "--allow-failure", "lint": "findings", "build": "--image", "publish": "--env", "plan": "--env",
		"with-secret": "--name", "with-variable": "--value", "with-registry-auth": "--username", "with-registry-service": "--address",
	} {
		if help := ok(t, dir, nil, name, "--help"); !strings.Contains(help, want) {
			t.Errorf("the help of %s has no %s:\n%s", name, want, help)
		}
	}
}
