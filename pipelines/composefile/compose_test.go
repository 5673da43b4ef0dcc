package composefile

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"git.example/slipway/pipelines/command"
	"github.com/google/go-cmp/cmp"
)

// TestComposeAgrees shows a base and an override file to the compose that users
// run: it takes the same name, images and services from them as Load.
func TestComposeAgrees(t *testing.T) {
	if exec.Command("docker", "compose", "version").Run() != nil {
		t.Skip("docker compose is not installed")
	}
	dir := filepath.Join(t.TempDir(), "My.App")
	pinned := "127.0.0.1:5077/acme/api@sha256:" + strings.Repeat("a", 64)
	files := map[string]string{
		"base.yml":     "version: '3'\nservices: {web: {build: ., pull_policy: build, image: 'x:${TAG}'}, db: {image: 'postgres:${PG:-16}'}}",
		"override.yml": string(Override(map[string]string{"web": pinned})),
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	ctx := context.Background()
	config := command.Command{Dir: dir, Args: []string{"docker", "compose", "-f", "base.yml", "-f", "override.yml", "config"}}
	out, err := config.Output(ctx)
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := Load(ctx, Options{Files: []string{"c.yml"}, Dir: dir, Contents: map[string][]byte{"c.yml": out}})
	if err != nil {
		t.Fatal(err)
	}
	ours, err := Load(ctx, Options{Files: []string{"base.yml", "override.yml"}, Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(theirs.Services, ours.Services); diff != "" || theirs.Name != ours.Name {
		t.Errorf("names %q and %q; services: %s", theirs.Name, ours.Name, diff)
	}
}
