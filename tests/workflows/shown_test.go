package workflows

import (
	"bytes"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

// fileBlock is a block of YAML in a page, under a line that is just the file's path.
var fileBlock = regexp.MustCompile("(?ms)^`([^`\n]+\\.yml)`:\n\n```yaml\n(.*?)^```$")

// shown are the CI files of the examples, and those that pages show, of which the
// path has a part.
func shown(t *testing.T, part string) map[string][]byte {
	t.Helper()
	found := map[string][]byte{}
	read := func(path string) []byte {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	for _, pattern := range []string{"../../examples/*/.github/workflows/*.yml", "../../examples/*/.circleci/config.yml"} {
		paths, _ := filepath.Glob(pattern)
		for _, path := range paths {
			if strings.Contains(path, part) {
				found[path] = read(path)
			}
		}
	}
	pages, _ := filepath.Glob("../../docs/*.md")
	for _, page := range pages {
		for _, block := range fileBlock.FindAllSubmatch(read(page), -1) {
			if path := string(block[1]); strings.Contains(path, part) {
				found[page+" "+path] = block[2]
			}
		}
	}
	if len(found) < 2 {
		t.Fatalf("%d files of %s: are pages and examples written in another way?", len(found), part)
	}
	return found
}

// TestShownGitHub: workflows that others copy ask for no more than they need, use
// pinned actions, and are right for actionlint.
func TestShownGitHub(t *testing.T) {
	may := map[string]string{"contents": "read", "id-token": "write"}
	for name, text := range shown(t, ".github/workflows") {
		var w workflow
		if err := yaml.Unmarshal(text, &w); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if !maps.Equal(w.Permissions, map[string]string{"contents": "read"}) {
			t.Errorf("%s: permissions are %v", name, w.Permissions)
		}
		for _, job := range w.Jobs {
			for what, right := range job.Permissions {
				if may[what] != right {
					t.Errorf("%s: a job may %s: %s", name, what, right)
				}
			}
			for _, s := range job.Steps {
				if s.Uses != "" && !pinned.MatchString(s.Uses) {
					t.Errorf("%s uses %s, which is not pinned to a commit", name, s.Uses)
				}
			}
		}
		actionlint(t, name, text)
	}
}

func actionlint(t *testing.T, name string, text []byte) {
	t.Helper()
	lint := exec.Command("../../.cache/tools/actionlint", "-shellcheck=", "-pyflakes=", "-")
	if _, err := os.Stat(lint.Path); err != nil {
		t.Logf("%s: there is no actionlint; make lint builds it", name)
		return
	}
	lint.Stdin = bytes.NewReader(text)
	if out, err := lint.CombinedOutput(); err != nil {
		t.Errorf("%s: actionlint: %v\n%s", name, err, out)
	}
}

// TestShownCircleCI holds those of CircleCI to its schema.
func TestShownCircleCI(t *testing.T) {
	schema := circleSchema(t)
	for name, text := range shown(t, ".circleci/") {
		if err := schema.Validate(circleDocument(t, text)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
