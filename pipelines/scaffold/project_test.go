package scaffold_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/lint"
	"git.example/slipway/pipelines/scaffold"
)

const (
	dockerfile = "FROM busybox:1.36\nHEALTHCHECK CMD true\n"
	staged     = "FROM busybox:1.36 AS test\nRUN ./run-tests\nFROM busybox:1.36\nHEALTHCHECK CMD true\n"
	runner     = "FROM busybox:1.36 as test\nCMD ./run-tests\nFROM busybox:1.36\nHEALTHCHECK CMD true\n"
)

func tree(files map[string]string) fstest.MapFS {
	root := fstest.MapFS{}
	for path, text := range files {
		root[path] = &fstest.MapFile{Data: []byte(text)}
	}
	return root
}

// TestProject: what a repository has is what the lines of slipway.yaml say; the
// file loads, and lint finds nothing wrong with it.
func TestProject(t *testing.T) {
	tests := map[string]struct {
		files map[string]string
		// want are the lines of the file, without comments, that differ.
		want  []string
		notes int
	}{
		"one Dockerfile": {
			files: map[string]string{"Dockerfile": dockerfile},
			want:  []string{"images:", "  shop: {context: .}"},
		},
		"one in each directory": {
			files: map[string]string{
				"api/Dockerfile": dockerfile, "Web_UI/Dockerfile": dockerfile, "node_modules/Dockerfile": dockerfile,
				".devcontainer/Dockerfile": dockerfile, "deep/er/Dockerfile": dockerfile, "tests/Dockerfile": dockerfile, "docs/page.md": "",
			},
			want: []string{"images:", "  web-ui: {context: Web_UI}", "  api: {context: api}"},
		},
		"a directory whose name is a word of YAML": {
			files: map[string]string{"on/Dockerfile": dockerfile, "1.0/Dockerfile": dockerfile},
			want:  []string{"images:", "  '1-0': {context: '1.0'}", "  'on': {context: 'on'}"},
		},
		"a directory called like the project": {
			files: map[string]string{"Dockerfile": dockerfile, "shop/Dockerfile": dockerfile},
			want:  []string{"images:", "  shop: {context: .}", "  shop-image: {context: shop}"},
		},
		"services that are built": {
			files: map[string]string{
				"compose.yaml": `{services: {web: {build: web}, api: {build: {context: ., dockerfile: docker/api.Dockerfile, target: prod}},
					worker: {build: {context: ., dockerfile: docker/api.Dockerfile, target: prod}}, gone: {build: nowhere}, far: {build: ../other},
					db: {image: "postgres:16"}}}`,
				"web/Dockerfile": dockerfile, "docker/api.Dockerfile": dockerfile,
			},
			want: []string{"images:", "  web: {context: web}", "  api: {context: ., dockerfile: docker/api.Dockerfile, target: prod}"},
		},
		"only a compose file": {
			files: map[string]string{"docker-compose.yml": `{services: {app: {build: {context: src/app}}}}`, "src/app/Dockerfile": dockerfile},
			want:  []string{"images:", "  app: {context: src/app}"},
		},
		"a test stage": {
			files: map[string]string{"Dockerfile": staged},
			want:  []string{"checks:", `  shop: {build: {context: ., target: test}, run: ["true"]}`, "images:", "  shop: {context: .}"},
		},
		"a test stage with a command": {
			files: map[string]string{"api/Dockerfile": runner},
			want:  []string{"checks:", "  api: {build: {context: api, target: test}}", "images:", "  api: {context: api}"},
		},
		"a test stage that runs nothing": {
			files: map[string]string{"Dockerfile": "FROM busybox:1.36 AS test\nCOPY tests /tests\nFROM busybox:1.36\nRUN true\nCMD true\n"},
			want:  []string{"images:", "  shop: {context: .}"}, notes: 1,
		},
		"a compose file of tests": {
			files: map[string]string{"Dockerfile": dockerfile, "docker-compose.test.yml": `{services: {db: {image: "postgres:16"}, tests: {image: shop/shop, depends_on: [db]}}}`},
			want: []string{"checks:", "  integration: {compose: {file: docker-compose.test.yml, exit-code-from: tests}}",
				"images:", "  shop: {context: .}"},
		},
		"a compose file of tests, by what waits": {
			files: map[string]string{"Dockerfile": dockerfile, "compose.test.yaml": `{services: {db: {image: "postgres:16"}, e2e: {image: shop/shop, depends_on: [db]}}}`},
			want: []string{"checks:", "  integration: {compose: {file: compose.test.yaml, exit-code-from: e2e}}",
				"images:", "  shop: {context: .}"},
		},
		"a compose file of tests that does not show which": {
			files: map[string]string{"Dockerfile": dockerfile, "compose.test.yaml": `{services: {a: {image: "a:1"}, b: {image: "b:1"}}}`},
			want:  []string{"images:", "  shop: {context: .}"}, notes: 1,
		},
		"a compose file to deploy": {
			files: map[string]string{
				"Dockerfile": dockerfile, "compose.yaml": "{services: {shop: {build: .}}}",
				"docker-compose.prod.yml": `{services: {shop: {image: "${REGISTRY}/shop/shop:${DEPLOY_TAG}", restart: always, environment: {A: "${A:?}"}}}}` + " # slipway:ignore variable-unset\n",
			},
			want: []string{"images:", "  shop: {context: .}", "environments:",
				"  local: {registry: local, deploy: {stack: {compose: {file: docker-compose.prod.yml, path: .}}}}"},
		},
		"a compose file that calls images otherwise": {
			files: map[string]string{
				"api/Dockerfile": dockerfile, "web/Dockerfile": dockerfile,
				"compose.yml": `{services: {one: {image: "$REGISTRY/acme/api:$DEPLOY_TAG", restart: always}, two: {image: "${REGISTRY}/shop/web:${DEPLOY_TAG}", restart: always}}}`,
			},
			want: []string{"images:", "  api: {context: api, repository: acme/api}", "  web: {context: web}", "environments:",
				"  local: {registry: local, deploy: {stack: {compose: {file: compose.yml, path: .}}}}"},
		},
		"a compose file that does not use every image": {
			files: map[string]string{
				"api/Dockerfile": dockerfile, "web/Dockerfile": dockerfile,
				"compose.yml": `{services: {one: {image: "${REGISTRY}/shop/api:${DEPLOY_TAG}"}}}`,
			},
			want: []string{"images:", "  api: {context: api}", "  web: {context: web}"},
		},
		"a compose file that can't be read": {
			files: map[string]string{"Dockerfile": dockerfile, "compose.yaml": "services: ["},
			want:  []string{"images:", "  shop: {context: .}"}, notes: 1,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			text, notes, err := scaffold.Project(t.Context(), tree(test.files), "Shop")
			if err != nil {
				t.Fatal(err)
			}
			if len(notes) != test.notes {
				t.Errorf("notes are %q", notes)
			}
			if diff := cmp.Diff(test.want, lines(string(text))); diff != "" {
				t.Errorf("slipway.yaml (-want +got):\n%s\n%s", diff, text)
			}
			clean(t, test.files, text)
		})
	}
}

// lines are those that tests compare.
func lines(text string) []string {
	var kept []string
	for line := range strings.Lines(text) {
		line, _, _ := strings.Cut(line, " #")
		line = strings.TrimRight(line, " \n")
		switch {
		case line == "", line == "version: 1", line == "project: shop", line == "registries:", line == "  local: {embedded: {}}":
		case strings.HasPrefix(line, "#"):
		default:
			kept = append(kept, line)
		}
	}
	return kept
}

// clean writes the project out, and has lint look at slipway.yaml and at what it
// makes of the other files.
func clean(t *testing.T, files map[string]string, text []byte) {
	t.Helper()
	dir := t.TempDir()
	for path, content := range files {
		path = filepath.Join(dir, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(dir, "slipway.yaml")
	if err := os.WriteFile(path, text, 0o644); err != nil {
		t.Fatal(err)
	}
	c, err := config.Load(path)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	findings, err := lint.Run(t.Context(), lint.Input{Config: c, Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]lint.Finding{}, findings); diff != "" {
		t.Errorf("lint (-want +got):\n%s", diff)
	}
}

func TestProjectOfNothing(t *testing.T) {
	for name, files := range map[string]map[string]string{
		"nothing":            {},
		"a program":          {"main.go": "package main"},
		"services of others": {"compose.yaml": `{services: {db: {image: "postgres:16"}}}`},
	} {
		t.Run(name, func(t *testing.T) {
			if text, _, err := scaffold.Project(t.Context(), tree(files), "shop"); !errors.Is(err, scaffold.ErrNothing) {
				t.Errorf("error %v, text\n%s", err, text)
			}
		})
	}
}

// TestProjectNames: whatever a folder is called, slipway.yaml loads.
func TestProjectNames(t *testing.T) {
	for folder, want := range map[string]string{
		"shop": "shop", "My Shop": "my-shop", "shop.example.com": "shop-example-com", "--": "app", "7": "7", "Größe": "gr-e", "true": "true",
	} {
		text, _, err := scaffold.Project(t.Context(), tree(map[string]string{"Dockerfile": dockerfile}), folder)
		if err != nil {
			t.Fatal(err)
		}
		c, err := config.Parse("slipway.yaml", text)
		if err != nil {
			t.Errorf("%q: %v\n%s", folder, err, text)
			continue
		}
		if c.Project != want {
			t.Errorf("%q is project %q, want %q", folder, c.Project, want)
		}
	}
}
