package config

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// yamlBlock is a fenced block of YAML in Markdown.
var yamlBlock = regexp.MustCompile("(?ms)^```ya?ml\n(version: 1\n.*?)^```$")

// TestExamples loads every slipway.yaml that the project shows to anybody.
func TestExamples(t *testing.T) {
	schema := compileSchema(t)
	for name, data := range shown(t) {
		t.Run(name, func(t *testing.T) {
			if _, err := Parse(name, data); err != nil {
				t.Error(err)
			}
			if err := schema.Validate(decodeAny(t, data)); err != nil {
				t.Errorf("schema: %v", err)
			}
		})
	}
}

// shown are the files and the blocks of the documentation, by name.
func shown(t *testing.T) map[string][]byte {
	t.Helper()
	found := map[string][]byte{}
	read := func(path string) []byte {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	root := filepath.Join("..", "..")
	for _, pattern := range []string{"testdata/valid/*.yaml", root + "/slipway.yaml"} {
		paths, _ := filepath.Glob(pattern)
		for _, path := range paths {
			found[path] = read(path)
		}
	}
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return nil // not there yet, or gone
		}
		below, _ := filepath.Rel(root, path)
		switch {
		case entry.IsDir() && below != "." && !strings.HasPrefix(below, "docs") && !strings.HasPrefix(below, "examples"):
			return filepath.SkipDir
		case strings.HasPrefix(below, "examples") && entry.Name() == "slipway.yaml":
			found[below] = read(path)
		case strings.HasSuffix(path, ".md"):
			for i, block := range yamlBlock.FindAllSubmatch(read(path), -1) {
				found[index(below, i)] = block[1]
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}
