package workflows

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/goccy/go-yaml"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/scaffold"
)

// written are the files that "slipway init" writes for this repository, for each
// example, and for a configuration that has every kind of thing, in a repository
// with the blueprint, in one with the toolchain, and in one with neither.
func written(t *testing.T, system scaffold.System) map[string][]byte {
	t.Helper()
	paths, _ := filepath.Glob("../../examples/*/slipway.yaml")
	paths = append(paths, "../../slipway.yaml", "testdata/slipway.yaml")
	roots := map[string]fstest.MapFS{
		"":               {},
		" and blueprint": {"dagger.json": {Data: []byte(`{"blueprint": {"source": "git.example/slipway@main"}}`)}},
		" and toolchain": {"dagger.json": {Data: []byte(`{"toolchains": [{"name": "slipway", "source": "git.example/slipway@main"}]}`)}},
	}
	files := map[string][]byte{}
	for _, path := range paths {
		c, err := config.Load(path)
		if err != nil {
			t.Fatal(err)
		}
		for with, root := range roots {
			text, err := scaffold.CI(system, root, c, scaffold.Module{Address: "git.example/slipway", Version: "main"})
			if err != nil {
				t.Fatalf("%s: %v", path, err)
			}
			files[path+with] = text
		}
	}
	return files
}

// TestInitGitHub: what init writes is right for actionlint, asks for no more than
// it needs, and does nothing but call Slipway.
func TestInitGitHub(t *testing.T) {
	may := map[string]string{"contents": "read", "id-token": "write", "packages": "write"}
	for name, text := range written(t, scaffold.GitHub) {
		var w workflow
		if err := yaml.Unmarshal(text, &w); err != nil {
			t.Fatalf("%s: %v\n%s", name, err, text)
		}
		if !maps.Equal(w.Permissions, map[string]string{"contents": "read"}) {
			t.Errorf("%s: permissions are %v", name, w.Permissions)
		}
		for id, job := range w.Jobs {
			for what, right := range job.Permissions {
				if may[what] != right {
					t.Errorf("%s: job %s may %s: %s", name, id, what, right)
				}
			}
			for _, s := range job.Steps {
				if s.Uses != "" && !pinned.MatchString(s.Uses) {
					t.Errorf("%s uses %s, which is not pinned to a commit", name, s.Uses)
				}
				call := strings.HasPrefix(s.Run, "dagger call ") || strings.HasPrefix(s.Run, `dagger -m "$SLIPWAY" call --source . `)
				if s.Run != "" && (!call || strings.ContainsAny(strings.TrimSpace(s.Run), ";&|\n")) {
					t.Errorf("%s: job %s runs %q, which is no call of the module", name, id, s.Run)
				}
			}
		}
		actionlint(t, name, text)
		if t.Failed() {
			t.Fatalf("%s", text)
		}
	}
}

// TestInitCircleCI holds what init writes to CircleCI's schema.
func TestInitCircleCI(t *testing.T) {
	schema := circleSchema(t)
	for name, text := range written(t, scaffold.CircleCI) {
		if err := schema.Validate(circleDocument(t, text)); err != nil {
			t.Fatalf("%s: %v\n%s", name, err, text)
		}
	}
}

// TestInitCanWriteTheExample: the file with every kind of thing has each of them,
// so that the tests above see them.
func TestInitCanWriteTheExample(t *testing.T) {
	text, err := os.ReadFile("testdata/slipway.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"dockerhub:", "oci:", "ecr:", "embedded:", "compose:", "gitsync:", "ecs:", "promote-from:", "branch:", "tag:", "env://"} {
		if !strings.Contains(string(text), part) {
			t.Errorf("testdata/slipway.yaml has no %s", part)
		}
	}
}
