package e2e

import (
	"os"
	"os/exec"
	"testing"

	"github.com/google/go-cmp/cmp"

	"git.example/slipway/pipelines"
	"git.example/slipway/pipelines/release"
)

// TestIdentical takes one commit through the module, the library on the Dagger
// engine and the library on Docker, as the command line uses it: the plans are
// the same, byte for byte what is in them, and through a shared registry the
// digests are.
func TestIdentical(t *testing.T) {
	needEngine(t)
	dir, host := project(t, "pass", sample)
	plan := func(engine pipelines.EngineChoice) pipelines.Planned {
		planned, err := open(t, dir, "1", engine).Plan(t.Context(), pipelines.PlanOptions{})
		if err != nil {
			t.Fatal(err)
		}
		return planned
	}
	module := func(build string, words ...string) string {
		return ok(t, dir, nil, append([]string{"--build-number", build}, service(host, words...)...)...)
	}
	var planned pipelines.Planned
	decode(t, module("1", "plan", "json"), &planned)
	for _, engine := range []pipelines.EngineChoice{pipelines.DaggerEngine, pipelines.DockerEngine} {
		if diff := cmp.Diff(plan(engine), planned); diff != "" {
			t.Errorf("the plans differ (-%s +module):\n%s", engine, diff)
		}
	}

	var first pipelines.Published
	decode(t, module("1", "publish", "json"), &first)
	if len(first.Images) != 1 || !first.Images[0].Built || first.Existed {
		t.Fatalf("published: %+v", first)
	}
	for build, engine := range map[string]pipelines.EngineChoice{"2": pipelines.DaggerEngine, "3": pipelines.DockerEngine} {
		again, err := open(t, dir, build, engine).Publish(t.Context(), pipelines.PublishOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if again.Images[0].Built || again.Images[0].Digest != first.Images[0].Digest || !again.Checks[0].Reused {
			t.Errorf("on %s: %+v, want the digest of %+v and no check", engine, again, first)
		}
	}
	var last pipelines.Published
	decode(t, module("4", "publish", "json"), &last)
	if last.Images[0].Built || last.Images[0].Digest != first.Images[0].Digest {
		t.Errorf("the module built what was there: %+v", last.Images[0])
	}
}

// TestBuiltOnDocker is the other way round: Docker builds, the module reuses.
func TestBuiltOnDocker(t *testing.T) {
	needEngine(t)
	if out, err := exec.Command("docker", "buildx", "version").CombinedOutput(); err != nil {
		t.Skipf("no Docker with buildx: %v\n%s", err, out)
	}
	dir, host := project(t, "pass", sample)
	first, err := open(t, dir, "1", pipelines.DockerEngine).Publish(t.Context(), pipelines.PublishOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var second pipelines.Published
	decode(t, ok(t, dir, nil, append([]string{"--build-number", "2"}, service(host, "publish", "json")...)...), &second)
	if second.Images[0].Built || second.Images[0].Digest != first.Images[0].Digest {
		t.Errorf("the module has %+v, Docker %+v", second.Images[0], first.Images[0])
	}
}

// open opens the project with an engine.
func open(t *testing.T, dir, build string, engine pipelines.EngineChoice) *pipelines.Project {
	t.Helper()
	home := t.TempDir()
	p, err := pipelines.Open(t.Context(), pipelines.Options{
		Dir: dir, Engine: engine, Overrides: release.Overrides{Build: build},
		Lookup: func(name string) (string, bool) {
			switch name {
			case "HOME":
				return home, true
			case "PATH", "_EXPERIMENTAL_DAGGER_RUNNER_HOST", "_EXPERIMENTAL_DAGGER_CLI_BIN":
				return os.LookupEnv(name)
			}
			return "", false
		},
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
