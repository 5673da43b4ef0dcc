package enginetest

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote"

	"git.example/slipway/pipelines/engine"
	"git.example/slipway/pipelines/secrets"
)

var pushCases = []testCase{
	{"labels and files", func(ctx context.Context, t *testing.T, f *fixture) {
		b := f.build(t, "-- Dockerfile --\nFROM BASE\nCOPY a.txt /app/\nLABEL own=1\n-- a.txt --\nlabels\n")
		b.Labels = map[string]string{"org.opencontainers.image.revision": "abc", "with": "spaces, and = \"quotes\""}
		built := f.push(ctx, t, b, "labels")
		image := fetch(t, built.Reference)
		config, err := image.ConfigFile()
		if err != nil {
			t.Fatal(err)
		}
		for key, value := range map[string]string{"own": "1", "org.opencontainers.image.revision": "abc", "with": "spaces, and = \"quotes\""} {
			if config.Config.Labels[key] != value {
				t.Errorf("label %s is %q, want %q", key, config.Config.Labels[key], value)
			}
		}
		if got := contents(t, image)["app/a.txt"]; got != "labels\n" {
			t.Errorf("/app/a.txt holds %q", got)
		}
	}},
	{"what was pushed can run", func(ctx context.Context, t *testing.T, f *fixture) {
		built := f.push(ctx, t, f.build(t, "-- Dockerfile --\nFROM BASE\nCMD [\"sh\", \"-c\", \"exit 5\"]\n"), "runs")
		result, err := f.engine.Run(ctx, engine.Run{Name: "unit", Image: &engine.Image{Reference: built.Reference, Insecure: true}}, t.Output())
		if err != nil || result.ExitCode != 5 {
			t.Errorf("got exit code %d and %v, want 5", result.ExitCode, err)
		}
	}},
	{"the same build twice has one digest", func(ctx context.Context, t *testing.T, f *fixture) {
		b := f.build(t, "-- Dockerfile --\nFROM BASE\nCOPY a.txt /\n-- a.txt --\ntwice\n")
		first, second := f.push(ctx, t, b, "twice"), f.push(ctx, t, b, "twice")
		if first.Digest != second.Digest {
			t.Errorf("digests differ: %s and %s", first.Digest, second.Digest)
		}
	}},
	{"several platforms", func(ctx context.Context, t *testing.T, f *fixture) {
		b := f.build(t, "-- Dockerfile --\nFROM scratch\nARG TARGETARCH\nCOPY $TARGETARCH.txt /\n-- amd64.txt --\namd\n-- arm64.txt --\narm\n")
		b.Platforms = []string{"linux/amd64", "linux/arm64"}
		if !f.supported(t, b) {
			return
		}
		built := f.push(ctx, t, b, "platforms")
		ref, err := name.ParseReference(built.Reference)
		if err != nil {
			t.Fatal(err)
		}
		index, err := remote.Index(ref)
		if err != nil {
			t.Fatal(err)
		}
		manifest, err := index.IndexManifest()
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, child := range manifest.Manifests {
			image, err := index.Image(child.Digest)
			if err != nil {
				t.Fatal(err)
			}
			for path, content := range contents(t, image) {
				got = append(got, child.Platform.String()+" "+path+" "+content)
			}
		}
		if diff := cmp.Diff([]string{"linux/amd64 amd64.txt amd\n", "linux/arm64 arm64.txt arm\n"}, got); diff != "" {
			t.Errorf("files by platform (-want +got):\n%s", diff)
		}
	}},
	{"login", func(ctx context.Context, t *testing.T, f *fixture) {
		host := f.serveProtected(t, "somebody", "pass:word")
		login := &engine.Auth{Username: "somebody", Password: secrets.NewValue("pass:word")}
		b := f.build(t, "-- Dockerfile --\nFROM BASE\nCMD [\"sh\", \"-c\", \"exit 6\"]\nLABEL for=login\n")
		to := engine.Push{Repository: host + "/private", Tag: "throw-away-4", Insecure: true, Auth: login}
		built, err := f.engine.Build(ctx, b, &to, t.Output())
		if err != nil {
			t.Fatal(err)
		}
		result, err := f.engine.Run(ctx, engine.Run{Name: "unit",
			Image: &engine.Image{Reference: built.Reference, Auth: login, Insecure: true}}, t.Output())
		if err != nil || result.ExitCode != 6 {
			t.Errorf("got exit code %d and %v, want 6", result.ExitCode, err)
		}
	}},
	{"pull with a login", func(ctx context.Context, t *testing.T, f *fixture) {
		host := f.serveProtected(t, "somebody", "pass")
		image := engine.Image{Reference: host + "/private:1", Insecure: true}
		ref, err := name.ParseReference(image.Reference)
		if err != nil {
			t.Fatal(err)
		}
		if err := remote.Write(ref, fetch(t, f.base), remote.WithAuth(&authn.Basic{Username: "somebody", Password: "pass"})); err != nil {
			t.Fatal(err)
		}
		run := engine.Run{Name: "unit", Image: &image, Command: []string{"true"}}
		for _, image.Auth = range []*engine.Auth{nil, {Username: "somebody", Password: secrets.NewValue("wrong")}} {
			if _, err := f.engine.Run(ctx, run, t.Output()); err == nil || !strings.Contains(err.Error(), image.Reference) {
				t.Errorf("login %v: got %v, want an error that names the image", image.Auth, err)
			}
		}
		image.Auth = &engine.Auth{Username: "somebody", Password: secrets.NewValue("pass")}
		if result, err := f.engine.Run(ctx, run, t.Output()); err != nil || result.ExitCode != 0 {
			t.Errorf("got exit code %d and %v", result.ExitCode, err)
		}
	}},
	{"registry that is down", func(ctx context.Context, t *testing.T, f *fixture) {
		b := f.build(t, "-- Dockerfile --\nFROM BASE\n")
		_, err := f.engine.Build(ctx, b, &engine.Push{Repository: "127.0.0.1:1/x", Tag: "t", Insecure: true}, t.Output())
		if err == nil || !strings.Contains(err.Error(), "127.0.0.1:1") {
			t.Errorf("got %v, want an error that names the registry", err)
		}
	}},
}

// push builds and pushes b, and checks what every push must be.
func (f *fixture) push(ctx context.Context, t *testing.T, b engine.Build, repository string) engine.Built {
	t.Helper()
	to := engine.Push{Repository: f.host + "/" + repository, Tag: "throw-away-1", Insecure: true}
	built, err := f.engine.Build(ctx, b, &to, t.Output())
	if err != nil {
		t.Fatal(err)
	}
	if want := to.Repository + "@" + built.Digest; built.Reference != want {
		t.Errorf("reference is %q, want %q", built.Reference, want)
	}
	repo, err := name.NewRepository(to.Repository)
	if err != nil {
		t.Fatal(err)
	}
	head, err := remote.Head(repo.Digest(built.Digest))
	if err != nil {
		t.Fatalf("the registry does not have the digest: %v", err)
	}
	if tagged, err := remote.Head(repo.Tag(to.Tag)); built.PushedTag != (err == nil) {
		t.Errorf("PushedTag is %v, the registry says %v", built.PushedTag, err)
	} else if err == nil && tagged.Digest != head.Digest {
		t.Errorf("the tag has %s, the build says %s", tagged.Digest, head.Digest)
	}
	return built
}

// supported says that the engine can do b; if it can't, the case checks that it
// says so in the one way that there is.
func (f *fixture) supported(t *testing.T, b engine.Build) bool {
	t.Helper()
	err := f.engine.Supports(t.Context(), b)
	if err == nil {
		return true
	}
	var unsupported *engine.Unsupported
	if !errors.As(err, &unsupported) {
		t.Fatalf("got %v, want an *engine.Unsupported", err)
	}
	if unsupported.Engine != f.engine.Name() || unsupported.Subject != b.Name || unsupported.Instead == "" && unsupported.Or == "" {
		t.Errorf("the refusal does not say who, what and what instead: %+v", unsupported)
	}
	t.Log(err)
	return false
}
