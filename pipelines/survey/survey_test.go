package survey_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"git.example/slipway/pipelines/survey"
)

const dockerfile = "FROM busybox:1.36\nCOPY go.mod /x\nCMD true\n"

// look is a survey of a directory with these files.
func look(t *testing.T, files map[string]string) *survey.Survey {
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
	tree, err := survey.Walk(dir)
	if err != nil {
		t.Fatal(err)
	}
	s, err := survey.Look(t.Context(), tree, survey.Options{Name: "shop"})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestImages: the best evidence says what an image is built from.
func TestImages(t *testing.T) {
	for name, test := range map[string]struct {
		files map[string]string
		// want are name, context, file and target of each.
		want, unbuilt []string
	}{
		"the context in which its sources are": {
			files: map[string]string{"build/docker/Dockerfile": dockerfile, "go.mod": ""},
			want:  []string{"shop . build/docker/Dockerfile "},
		},
		"other names": {
			files: map[string]string{"Containerfile": "FROM scratch\n", "docker/Dockerfile.worker": "FROM scratch\n", "web.Dockerfile": "FROM scratch\n", "Dockerfile.dev": "FROM scratch\n", "Dockerfile.md": "x"},
			want:  []string{"shop . Containerfile ", "worker docker docker/Dockerfile.worker ", "web . web.Dockerfile "},
		},
		"compose goes before the place": {
			files: map[string]string{"api/Dockerfile": "FROM scratch AS prod\nFROM prod AS dev\n", "compose.yaml": "services: {api: {build: {context: ., dockerfile: api/Dockerfile, target: prod}}}"},
			want:  []string{"api . api/Dockerfile prod"},
		},
		"a stage for development is not released": {
			files: map[string]string{"Dockerfile": "FROM scratch AS dev\nFROM scratch AS final\n", "compose.yaml": "services: {api: {build: {context: ., target: dev}}}"},
			want:  []string{"api . Dockerfile "},
		},
		"a workflow": {
			files: map[string]string{"src/Dockerfile": dockerfile, "go.mod": "", ".github/workflows/release.yml": `
on: push
jobs:
  image:
    strategy: {matrix: {include: [{file: src/Dockerfile}]}}
    steps:
      - uses: docker/build-push-action@v6
        with: {context: ., file: "${{ matrix.file }}", tags: "ghcr.io/acme/api:1", platforms: "linux/amd64,linux/arm64"}
`},
			want: []string{"api . src/Dockerfile "},
		},
		"a command in a Makefile": {
			files: map[string]string{"src/Dockerfile": dockerfile, "go.mod": "", "Makefile": "IMAGE = acme/api\nimage:\n\tdocker build -t $(IMAGE):1 \\\n\t  -f src/Dockerfile --target=x .\n"},
			want:  []string{"api . src/Dockerfile "},
		},
		"CircleCI": {
			files: map[string]string{"src/Dockerfile": dockerfile, "src/go.mod": "", ".circleci/config.yml": "jobs: {a: {steps: [{run: {command: cd src && docker build -t acme/api .}}]}}"},
			want:  []string{"api src src/Dockerfile "},
		},
		"skaffold": {
			files: map[string]string{"src/api/Dockerfile": "FROM scratch\n", "skaffold.yaml": "build: {artifacts: [{image: acme/api, context: src/api}]}"},
			want:  []string{"api src/api src/api/Dockerfile "},
		},
		"what git does not have": {
			files:   map[string]string{"Dockerfile": "FROM scratch\nCOPY dist/server /\n"},
			unbuilt: []string{"shop . Dockerfile "},
		},
		"what an argument decides": {
			files:   map[string]string{"Dockerfile": "FROM scratch\nARG JAR\nCOPY ${JAR}.jar /\n"},
			unbuilt: []string{"shop . Dockerfile "},
		},
		"what the ignore file leaves out": {
			files:   map[string]string{"Dockerfile": dockerfile, "go.mod": "", ".dockerignore": "*\n!main.go\n"},
			unbuilt: []string{"shop . Dockerfile "},
		},
		"what a job of the workflow makes first": {
			files: map[string]string{"Dockerfile": "FROM scratch\nCOPY . /\n", ".github/workflows/release.yml": `
on: push
jobs: {image: {steps: [{uses: actions/download-artifact@v4, with: {name: web, path: web/dist}}, {uses: docker/build-push-action@v6, with: {context: .}}]}}
`},
			unbuilt: []string{"shop . Dockerfile "},
		},
		"variants are one image": {
			files: map[string]string{"docker/alpine/Dockerfile": "FROM scratch\n", "docker/debian/Dockerfile": "FROM scratch\n", "Dockerfile": "FROM scratch\n", "Dockerfile.alpine": "FROM scratch\n"},
			want:  []string{"shop . Dockerfile ", "docker-alpine docker/alpine docker/alpine/Dockerfile "},
		},
		"a step of a build is none": {
			files: map[string]string{"Dockerfile": "FROM scratch\n", "Dockerfile.build": "FROM scratch\n", "Makefile": "x:\n\tdocker build -f Dockerfile.build .\n"},
			want:  []string{"shop . Dockerfile "},
		},
		"stages of tests are none": {
			files: map[string]string{"Dockerfile": "FROM scratch AS run-test\nFROM scratch AS release\n", ".github/workflows/ci.yml": `
on: push
jobs: {a: {steps: [{run: docker build --target run-test .}, {run: docker build --target release .}]}}
`},
			want: []string{"shop . Dockerfile release"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := look(t, test.files)
			if diff := cmp.Diff(test.want, lines(s.Images)); diff != "" {
				t.Errorf("images (-want +got):\n%s\nleft out: %v", diff, s.Left)
			}
			if diff := cmp.Diff(test.unbuilt, lines(s.Unbuilt)); diff != "" {
				t.Errorf("that can't be built (-want +got):\n%s", diff)
			}
		})
	}
}

func lines(images []survey.Image) []string {
	var all []string
	for _, i := range images {
		all = append(all, strings.Join([]string{i.Name, i.Context, i.File, i.Target}, " "))
	}
	return all
}

// TestLinksOutOfTheProject: what a link leads to outside of the project is not read.
func TestLinksOutOfTheProject(t *testing.T) {
	dir, secret := t.TempDir(), filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("FROM canary\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(secret, filepath.Join(dir, "Dockerfile")); err != nil {
		t.Fatal(err)
	}
	tree, err := survey.Walk(dir)
	if err != nil {
		t.Fatal(err)
	}
	if got := tree.Read("Dockerfile"); got != nil {
		t.Errorf("read %q", got)
	}
}

// TestProduction: what a variable that names a program's mode is in production.
func TestProduction(t *testing.T) {
	for _, test := range []struct{ name, value, want string }{
		{"NODE_ENV", "development", "production"}, {"MIX_ENV", "dev", "prod"}, {"RAILS_ENV", "production", "production"},
		{"DEBUG", "true", "false"}, {"FLASK_DEBUG", "1", "0"}, {"ENVIRONMENT", "local", "local"}, {"NAME", "development", "development"},
	} {
		if got, _ := survey.Production(test.name, test.value); got != test.want {
			t.Errorf("%s=%s becomes %s, want %s", test.name, test.value, got, test.want)
		}
	}
}
