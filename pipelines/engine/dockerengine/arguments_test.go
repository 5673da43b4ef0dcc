package dockerengine

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"git.example/slipway/pipelines/engine"
	"git.example/slipway/pipelines/secrets"
)

func TestBuildCommand(t *testing.T) {
	start := []string{"buildx", "build", "--progress", "plain", "--provenance=false", "--file", "/src/Dockerfile"}
	from := source{context: "/src", dockerfile: "/src/Dockerfile"}
	tests := []struct {
		name      string
		build     engine.Build
		to        output
		args, env []string
	}{
		{"the least", engine.Build{}, output{image: "slipway-1:1"}, []string{"--tag", "slipway-1:1"}, nil},
		{"another builder's image", engine.Build{}, output{image: "slipway-1:1", load: true}, []string{"--tag", "slipway-1:1", "--load"}, nil},
		{"kept in the cache", engine.Build{Platforms: []string{"linux/amd64", "linux/arm64"}}, output{},
			[]string{"--platform", "linux/amd64,linux/arm64", "--output", "type=cacheonly"}, nil},
		{"pushed under a tag", engine.Build{}, output{tag: "r.example/a:t", metadata: "/tmp/m"},
			[]string{"--tag", "r.example/a:t", "--push", "--metadata-file", "/tmp/m"}, nil},
		{"pushed by digest", engine.Build{}, output{digestOf: "r.example/a"},
			[]string{"--output", "type=image,name=r.example/a,push-by-digest=true,name-canonical=true,push=true"}, nil},
		{"pushed by digest over HTTP", engine.Build{}, output{digestOf: "r.example/a", insecure: true},
			[]string{"--output", "type=image,name=r.example/a,push-by-digest=true,name-canonical=true,push=true,registry.insecure=true"}, nil},
		{"everything", engine.Build{
			Target: "prod", Platforms: []string{"linux/arm64"},
			Args: map[string]string{"B": "2 = two", "A": "1"}, Labels: map[string]string{"l": "v"},
			Contexts:  map[string]string{"shared": "/shared"},
			Secrets:   map[string]secrets.Value{"z": secrets.NewValue("last"), "a": secrets.NewValue("first")},
			SSH:       []string{"default"},
			CacheFrom: []string{"type=gha"}, CacheTo: []string{"type=inline"},
		}, output{image: "i:1"}, []string{
			"--target", "prod", "--platform", "linux/arm64", "--build-arg", "A=1", "--build-arg", "B=2 = two", "--label", "l=v",
			"--build-context", "shared=/shared",
			"--secret", "id=a,env=SLIPWAY_BUILD_SECRET_0", "--secret", "id=z,env=SLIPWAY_BUILD_SECRET_1",
			"--ssh", "default", "--cache-from", "type=gha", "--cache-to", "type=inline", "--tag", "i:1",
		}, []string{"SLIPWAY_BUILD_SECRET_0=first", "SLIPWAY_BUILD_SECRET_1=last"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			args, env := buildCommand(test.build, from, test.to)
			want := append(append(append([]string{}, start...), test.args...), "/src")
			if diff := cmp.Diff(want, args); diff != "" {
				t.Errorf("arguments (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.env, env); diff != "" {
				t.Errorf("environment (-want +got):\n%s", diff)
			}
		})
	}
}

func TestCreateCommand(t *testing.T) {
	start := []string{"create", "--label", "dev.slipway.run=r1", "--log-driver", "none"}
	tests := []struct {
		name      string
		run       engine.Run
		args, env []string
	}{
		{"the image's own command", engine.Run{}, []string{"img"}, nil},
		{"a command", engine.Run{Command: []string{"go", "test", "./..."}, Workdir: "/src"},
			[]string{"--workdir", "/src", "--entrypoint", "go", "img", "test", "./..."}, nil},
		{"environment", engine.Run{Env: map[string]string{"B": "2", "A": "x=y"}, Secrets: map[string]secrets.Value{"T": secrets.NewValue("hidden")}},
			[]string{"--env", "A=x=y", "--env", "B=2", "--env", "T", "img"}, []string{"T=hidden"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			args, env := createCommand(test.run, "img", "r1")
			if diff := cmp.Diff(append(append([]string{}, start...), test.args...), args); diff != "" {
				t.Errorf("arguments (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.env, env); diff != "" {
				t.Errorf("environment (-want +got):\n%s", diff)
			}
		})
	}
}

func TestComposeCommand(t *testing.T) {
	got := composeCommand("slipway-1-2", []string{"/src/test/compose.yml", "/src/more.yml"}, "up", "--detach", "db")
	want := []string{"compose", "--progress", "plain", "--ansi", "never", "--project-name", "slipway-1-2",
		"--project-directory", "/src/test", "--file", "/src/test/compose.yml", "--file", "/src/more.yml", "up", "--detach", "db"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestCheckSecretNames(t *testing.T) {
	if err := checkSecretNames("unit", map[string]int{"TOKEN": 1, "DOCKER_PASSWORD": 1}); err != nil {
		t.Error(err)
	}
	if err := checkSecretNames("unit", map[string]int{"DOCKER_HOST": 1}); err == nil {
		t.Error("a secret named DOCKER_HOST was taken")
	}
}
