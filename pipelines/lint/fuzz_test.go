package lint

import (
	"os"
	"path/filepath"
	"testing"
)

// FuzzYAML looks for files that make us panic or hang.
func FuzzYAML(f *testing.F) {
	f.Add("a: &x {b: [1, *x]}\nc: |\n  d\n---\n- !t e\n")
	f.Add("jobs:\n  a:\n    steps: [{uses: a/b@v1}]\n<<: {}\n? [q]\n: r\n")
	f.Fuzz(func(t *testing.T, content string) {
		dir := t.TempDir()
		path := filepath.Join(dir, "f.yml")
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		yaml := newYAML(dir, path)
		p := &project{file: yaml, workflows: []*file{yaml}, circleci: []*file{yaml}}
		for _, rule := range workflowRules() {
			rule.check(p, func(position, string, string, ...Severity) {})
		}
		yaml.value("a", "b")
		yaml.near("a", "b")
	})
}
