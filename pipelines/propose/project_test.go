package propose_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/lint"
	"git.example/slipway/pipelines/propose"
	"git.example/slipway/pipelines/survey"
)

const (
	dockerfile = "FROM busybox:1.36\nHEALTHCHECK CMD true\n"
	staged     = "FROM busybox:1.36 AS test\nRUN ./run-tests\nFROM busybox:1.36\nHEALTHCHECK CMD true\n"
	runner     = "FROM busybox:1.36 as test\nCMD ./run-tests\nFROM busybox:1.36\nHEALTHCHECK CMD true\n"
)

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
			want:  []string{"images:", "  web-ui: {context: Web_UI}", "  api: {context: api}", "  er: {context: deep/er}"},
			notes: 1,
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
				"web/Dockerfile": dockerfile, "docker/api.Dockerfile": "FROM busybox:1.36 AS prod\nHEALTHCHECK CMD true\nFROM prod AS dev\n",
			},
			want:  []string{"images:", "  api: {context: ., dockerfile: docker/api.Dockerfile, target: prod}", "  web: {context: web}"},
			notes: 1,
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
			want:  []string{"images:", "  shop: {context: .}"},
			notes: 1,
		},
		"a compose file that calls images otherwise": {
			files: map[string]string{
				"api/Dockerfile": dockerfile, "web/Dockerfile": dockerfile,
				"compose.yml": `{services: {one: {image: "$REGISTRY/acme/api:$DEPLOY_TAG", restart: always}, two: {image: "${REGISTRY}/shop/web:${DEPLOY_TAG}", restart: always}}}`,
			},
			want: []string{"images:", "  api: {context: api, repository: acme/api}", "  web: {context: web}"},
		},
		"a compose file that does not use every image": {
			files: map[string]string{
				"api/Dockerfile": dockerfile, "web/Dockerfile": dockerfile,
				"compose.yml": `{services: {one: {image: "${REGISTRY}/shop/api:${DEPLOY_TAG}", restart: always}}}`,
			},
			want:  []string{"images:", "  api: {context: api}"},
			notes: 1,
		},
		"a compose file that can't be read": {
			files: map[string]string{"Dockerfile": dockerfile, "compose.yaml": "services: ["},
			want:  []string{"images:", "  shop: {context: .}"}, notes: 1,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			dir := written(t, test.files)
			p, text := proposed(t, dir, "Shop")
			said := 0
			for _, line := range p.Said {
				if strings.Contains(line, "left out the stage") || strings.Contains(line, "left out compose") {
					said++
				}
			}
			for _, row := range p.Found {
				if row.Chosen == "left out" {
					said++
				}
			}
			if (said > 0) != (test.notes > 0) {
				t.Errorf("said %q, needs %q, found %q", p.Said, p.Needs, p.Found)
			}
			if diff := cmp.Diff(test.want, lines(text)); diff != "" {
				t.Errorf("slipway.yaml (-want +got):\n%s\n%s", diff, text)
			}
			clean(t, dir, p)
		})
	}
}

// written writes files into a new directory.
func written(t *testing.T, files map[string]string) string {
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
	return dir
}

// proposed is the proposal for a directory whose folder is called so, and its
// slipway.yaml.
func proposed(t *testing.T, dir, folder string) (propose.Proposal, string) {
	t.Helper()
	tree, err := survey.Walk(dir)
	if err != nil {
		t.Fatal(err)
	}
	p, err := propose.Propose(t.Context(), tree, propose.Options{Folder: folder})
	if err != nil {
		t.Fatal(err)
	}
	return p, string(p.Files[0].Text)
}

// lines are those of checks and images, without comments.
func lines(text string) []string {
	var kept []string
	part := ""
	for line := range strings.Lines(text) {
		line, _, _ := strings.Cut(line, " #")
		line = strings.TrimRight(line, " \n")
		if line != "" && line[0] != ' ' {
			part = line
		}
		if (part == "checks:" || part == "images:") && line != "" && !strings.HasPrefix(line, "#") {
			kept = append(kept, line)
		}
	}
	return kept
}

// clean writes the proposal's files, and has lint look at all of it: nothing is
// wrong with what was made.
func clean(t *testing.T, dir string, p propose.Proposal) {
	t.Helper()
	for _, f := range p.Files {
		path := filepath.Join(dir, f.Path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, f.Text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c, err := config.Load(filepath.Join(dir, "slipway.yaml"))
	if err != nil {
		t.Fatalf("%v\n%s", err, p.Files[0].Text)
	}
	findings, err := lint.Run(t.Context(), lint.Input{Config: c, Dir: dir, Images: c.Images.Named})
	if err != nil {
		t.Fatal(err)
	}
	findings = slices.DeleteFunc(findings, func(f lint.Finding) bool { return f.Rule == "image-digest" })
	if diff := cmp.Diff([]lint.Finding{}, findings, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("lint (-want +got):\n%s", diff)
	}
}

func TestProjectOfNothing(t *testing.T) {
	for name, files := range map[string]map[string]string{
		"nothing":   {},
		"a program": {"main.go": "package main"},
	} {
		t.Run(name, func(t *testing.T) {
			tree, err := survey.Walk(written(t, files))
			if err != nil {
				t.Fatal(err)
			}
			if p, err := propose.Propose(t.Context(), tree, propose.Options{Folder: "shop"}); !errors.Is(err, propose.ErrNothing) {
				t.Errorf("error %v, files %v", err, p.Files)
			}
		})
	}
}

// TestUnbuilt: an image whose Dockerfile copies what git does not have is none, and
// what has to be made first is said, as the repository itself makes it.
func TestUnbuilt(t *testing.T) {
	tree, err := survey.Walk(written(t, map[string]string{
		"Dockerfile":                    "FROM scratch\nCOPY server /server\nCMD [\"/server\"]\n",
		".github/workflows/release.yml": "on: push\njobs: {a: {steps: [{run: goreleaser release}]}}\n",
	}))
	if err != nil {
		t.Fatal(err)
	}
	_, err = propose.Propose(t.Context(), tree, propose.Options{Folder: "shop"})
	want := "line 2 copies server, which git does not have; it has to be made first (.github/workflows/release.yml: goreleaser)"
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("%v, want %q in it", err, want)
	}
}

// TestServer: an environment on servers takes its secrets from the environment, and
// the file loads.
func TestServer(t *testing.T) {
	dir := written(t, map[string]string{
		"Dockerfile":   dockerfile,
		"compose.yaml": `{services: {web: {build: ., environment: {DB_PASSWORD: example}}, db: {image: "postgres:17", environment: {POSTGRES_PASSWORD: example}}}}`,
	})
	tree, err := survey.Walk(dir)
	if err != nil {
		t.Fatal(err)
	}
	for registry, want := range map[string]string{
		"docker.io/acme": "dockerhub: {namespace: acme}",
		"ghcr.io/acme":   `oci: {host: "ghcr.io", namespace: acme}`,
		"111111111111.dkr.ecr.us-east-1.amazonaws.com": `ecr: {account: "111111111111", region: us-east-1}`,
	} {
		p, err := propose.Propose(t.Context(), tree, propose.Options{Folder: "shop", Server: &propose.Server{Hosts: []string{"deploy@app1.example.com"}, Registry: registry}})
		if err != nil {
			t.Fatal(err)
		}
		text := string(p.Files[0].Text)
		c, err := config.Parse("slipway.yaml", p.Files[0].Text)
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		prod, _ := c.Environments.Get("prod")
		if len(prod.Deploy) != 1 || !strings.Contains(text, want) || !strings.Contains(text, "POSTGRES_PASSWORD: env://POSTGRES_PASSWORD") {
			t.Errorf("want %q, and the password from the environment, in\n%s", want, text)
		}
	}
	for _, wrong := range []propose.Server{{Hosts: []string{"a b"}, Registry: "ghcr.io/a"}, {Hosts: []string{"a"}}, {Hosts: []string{"a"}, Registry: "acme"}, {Hosts: []string{"a"}, Registry: `ghcr.io/"}`}} {
		if wrong.Validate() == nil {
			t.Errorf("%+v is valid", wrong)
		}
	}
}

// TestProjectNames: whatever a folder is called, slipway.yaml loads.
func TestProjectNames(t *testing.T) {
	dir := written(t, map[string]string{"Dockerfile": dockerfile})
	for folder, want := range map[string]string{
		"shop": "shop", "My Shop": "my-shop", "shop.example.com": "shop-example-com", "--": "app", "7": "7", "Größe": "gr-e", "true": "true",
	} {
		_, text := proposed(t, dir, folder)
		c, err := config.Parse("slipway.yaml", []byte(text))
		if err != nil {
			t.Errorf("%q: %v\n%s", folder, err, text)
			continue
		}
		if c.Project != want {
			t.Errorf("%q is project %q, want %q", folder, c.Project, want)
		}
	}
}
