package config

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// yamlBlock is a fenced block of YAML in Markdown: a whole slipway.yaml, or a
// part of one under a line that says so.
var yamlBlock = regexp.MustCompile("(?ms)^```ya?ml\n((?:version: 1|# in slipway.yaml)\n.*?)^```$")

// rest is what makes a whole file of a part.
var rest = []string{
	"version: 1\n", "project: myapp\n", "images: {app: {context: .}}\n", "registries: {local: {embedded: {}}}\n",
}

// whole adds to a part what it does not have itself.
func whole(part []byte) []byte {
	file := append([]byte{}, part...)
	for _, line := range rest {
		key, _, _ := strings.Cut(line, ":")
		if !regexp.MustCompile("(?m)^" + key + ":").Match(part) {
			file = append(file, line...)
		}
	}
	return file
}

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
				found[index(below, i)] = whole(block[1])
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}
