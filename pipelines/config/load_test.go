package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const header = "version: 1\nproject: tracker\n"

func TestParseValues(t *testing.T) {
	yes := true
	tests := map[string]struct {
		text string
		want func(*Config)
	}{
		"defaults": {"", func(c *Config) {}},
		"an image's defaults": {"images: {api: {}}", func(c *Config) {
			c.Images.Named = Map[Image]{{Name: "api", Value: Image{Build: Build{Context: ".", Dockerfile: "Dockerfile"}}}}
		}},
		"the order of the file": {"registries: {b: {embedded: {}}, a: {embedded: {path: a}}}", func(c *Config) {
			c.Registries = Map[Registry]{
				{Name: "b", Value: Registry{Embedded: &EmbeddedRegistry{Address: "127.0.0.1:5077"}}},
				{Name: "a", Value: Registry{Embedded: &EmbeddedRegistry{Address: "127.0.0.1:5077", Path: "a"}}},
			}
		}},
		"a check's defaults, a command as a string": {"checks: {unit: {image: golang, run: go test ./...}}", func(c *Config) {
			c.Checks = Map[Check]{{Name: "unit", Value: Check{
				Image: "golang", Run: Command{"/bin/sh", "-c", "go test ./..."}, Timeout: Duration(30 * time.Minute), Cache: &yes,
			}}}
		}},
		"words as they are written": {"checks: {unit: {image: golang, timeout: 1m30s, run: [rake, db:migrate, -p, 010, 1.10, true], env: {A: 1.10, B: yes, C: 0x1F, D: 2001-01-01}}}", func(c *Config) {
			c.Checks = Map[Check]{{Name: "unit", Value: Check{
				Image: "golang", Run: Command{"rake", "db:migrate", "-p", "010", "1.10", "true"}, Timeout: Duration(90 * time.Second), Cache: &yes,
				Env: map[string]string{"A": "1.10", "B": "yes", "C": "0x1F", "D": "2001-01-01"},
			}}}
		}},
		"a bake file": {"images: {bake: docker-bake.hcl, targets: [api]}", func(c *Config) {
			c.Images = Images{Bake: "docker-bake.hcl", Targets: []string{"api"}}
		}},
		"images called bake and targets": {"images: {bake: {context: .}, targets: {context: .}}", func(c *Config) {
			image := Image{Build: Build{Context: ".", Dockerfile: "Dockerfile"}}
			c.Images.Named = Map[Image]{{Name: "bake", Value: image}, {Name: "targets", Value: image}}
		}},
		"anchors, aliases and merges": {"x-a: &a {A: a, B: a}\nx-b: &b {B: b, C: b}\nimages:\n  one: {args: {A: one, <<: [*a, *b]}}\n  two: {args: *a}", func(c *Config) {
			image := func(name string, args map[string]string) Entry[Image] {
				return Entry[Image]{Name: name, Value: Image{Build: Build{Context: ".", Dockerfile: "Dockerfile", Args: args}}}
			}
			c.Images.Named = Map[Image]{
				image("one", map[string]string{"A": "one", "B": "a", "C": "b"}),
				image("two", map[string]string{"A": "a", "B": "a"}),
			}
		}},
		"a merge keeps the mapping's own keys before it": {"x-a: &a {context: web, target: prod}\nimages: {one: {<<: *a, target: test}}", func(c *Config) {
			c.Images.Named = Map[Image]{{Name: "one", Value: Image{Build: Build{Context: "web", Dockerfile: "Dockerfile", Target: "test"}}}}
		}},
		"a compose target's defaults": {"registries: {r: {embedded: {}}}\nenvironments: {prod: {registry: r, deploy: {web: {compose: {file: c.yml, path: /w, env: {}, before: [{service: s, run: [a]}]}}}}}", func(c *Config) {
			c.Registries = Map[Registry]{{Name: "r", Value: Registry{Embedded: &EmbeddedRegistry{Address: "127.0.0.1:5077"}}}}
			c.Environments = Map[Environment]{{Name: "prod", Value: Environment{Registry: "r", Deploy: Map[Target]{{Name: "web", Value: Target{Compose: &ComposeTarget{
				File: Strings{"c.yml"}, Path: "/w", Env: &EnvFile{File: ".env"}, Strategy: Rolling, Keep: 5,
				Drain:         Duration(5 * time.Second),
				HealthTimeout: Duration(2 * time.Minute), Settle: Duration(5 * time.Second),
				Before: []Step{{Service: "s", Run: Command{"a"}, Timeout: Duration(30 * time.Minute)}},
			}}}}}}}
		}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := Parse("slipway.yaml", []byte(header+test.text))
			if err != nil {
				t.Fatal(err)
			}
			want := &Config{Version: 1, Project: "tracker", Tag: "{build}_{sha7}", Path: "slipway.yaml"}
			test.want(want)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("loaded is not what it should be (- want, + got):\n%s", diff)
			}
		})
	}
}

func TestLoad(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "slipway.yaml")
	if err := os.WriteFile(file, []byte(header), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir)
	c, err := Load("slipway.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if c.Path != file || c.Dir() != dir {
		t.Errorf("path is %q in %q, want %q in %q", c.Path, c.Dir(), file, dir)
	}
	if _, err := Load("absent.yaml"); err == nil || !strings.Contains(err.Error(), "absent.yaml") {
		t.Errorf("an absent file gives %v", err)
	}
}

func TestProblemFields(t *testing.T) {
	_, err := Parse("slipway.yaml", []byte(header+"\ténvironments: {}"))
	if err == nil {
		t.Fatal("a tab is accepted")
	}
	_, err = Parse("dir/slipway.yaml", []byte(header+"x-é: 'é'\nimages: {api: {args: {é: é}, targt: test}}\n"))
	want := &Error{Problems: []Problem{{
		File: "dir/slipway.yaml", Line: 4, Column: 30, Path: "images.api", Message: `unknown key "targt"`,
		Source: "images: {api: {args: {é: é}, targt: test}}", Suggestion: "target",
	}}}
	if diff := cmp.Diff(error(want), err); diff != "" {
		t.Errorf("error is not what it should be (- want, + got):\n%s", diff)
	}
}

func TestLongLine(t *testing.T) {
	_, err := Parse("slipway.yaml", []byte(header+"images: {api: {args: {A: "+strings.Repeat("a", 5000)+"}, targt: test}}\n"))
	if err == nil || len(err.Error()) > 400 || !strings.Contains(err.Error(), "targt: test") {
		t.Errorf("a problem far to the right reads:\n%v", err)
	}
}
