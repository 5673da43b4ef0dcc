package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestFind(t *testing.T) {
	tests := map[string]struct {
		files []string // a trailing slash makes a directory
		from  string
		want  string
		err   string
	}{
		"here":                      {[]string{"slipway.yaml"}, ".", "slipway.yaml", ""},
		"the short ending":          {[]string{"slipway.yml"}, ".", "slipway.yml", ""},
		"above":                     {[]string{"slipway.yaml", "a/b/"}, "a/b", "slipway.yaml", ""},
		"the nearest":               {[]string{"slipway.yaml", "a/slipway.yml", "a/b/"}, "a/b", "a/slipway.yml", ""},
		"in the root of git":        {[]string{".git/", "slipway.yaml", "a/"}, "a", "slipway.yaml", ""},
		"not above the root of git": {[]string{"slipway.yaml", "a/.git/", "a/b/"}, "a/b", "", "create one"},
		"nor above a worktree's":    {[]string{"slipway.yaml", "a/.git", "a/b/"}, "a/b", "", "create one"},
		"both":                      {[]string{"slipway.yaml", "slipway.yml"}, ".", "", "delete one"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			root := t.TempDir()
			for _, name := range test.files {
				create(t, filepath.Join(root, name), strings.HasSuffix(name, "/"))
			}
			got, err := Find(filepath.Join(root, test.from))
			if test.err != "" {
				if err == nil || !strings.Contains(err.Error(), test.err) {
					t.Errorf("gives %q, %v; want an error with %q", got, err, test.err)
				}
				return
			}
			if err != nil || got != filepath.Join(root, test.want) {
				t.Errorf("gives %q, %v; want %q", got, err, test.want)
			}
		})
	}
}

func TestFindIsRelativeWhereItCan(t *testing.T) {
	root := t.TempDir()
	create(t, filepath.Join(root, "slipway.yaml"), false)
	create(t, filepath.Join(root, "a", "b"), true)
	t.Chdir(filepath.Join(root, "a", "b"))
	if got, err := Find("."); err != nil || got != filepath.Join("..", "..", "slipway.yaml") {
		t.Errorf("gives %q, %v", got, err)
	}
}

func create(t *testing.T, path string, isDir bool) {
	t.Helper()
	dir := filepath.Dir(path)
	if isDir {
		dir = path
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if isDir {
		return
	}
	if err := os.WriteFile(path, []byte(header), 0o644); err != nil {
		t.Fatal(err)
	}
}
