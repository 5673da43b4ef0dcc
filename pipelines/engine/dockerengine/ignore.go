package dockerengine

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/moby/patternmatcher/ignorefile"

	"git.example/slipway/pipelines/engine"
)

// ignoring is the source of a build that leaves out directories, whatever its
// ignore file says: the Dockerfile gets an ignore file of its own in dir.
func ignoring(b engine.Build, from source, dir string) (source, error) {
	patterns, err := ignorePatterns(from, b.Without)
	if err != nil {
		return source{}, err
	}
	made := source{context: from.context, dockerfile: filepath.Join(dir, "dockerfile", "Dockerfile")}
	return made, writeDockerfile(from, made.dockerfile, patterns)
}

// writeDockerfile copies a Dockerfile, and writes beside it the ignore file that
// BuildKit prefers to the context's.
func writeDockerfile(from source, to string, patterns []string) error {
	if err := os.Mkdir(filepath.Dir(to), 0o700); err != nil {
		return err
	}
	if err := copyFile(from.dockerfile, to, 0o644); err != nil {
		return err
	}
	rules := "# of this build alone\n" + strings.Join(append(patterns, ""), "\n")
	return os.WriteFile(to+".dockerignore", []byte(rules), 0o644)
}

// literal makes a pattern that matches one path only.
var literal = strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`)

// ignorePatterns are those of the Dockerfile's own ignore file, else the context's,
// and then the directories that are left out.
func ignorePatterns(from source, without []string) ([]string, error) {
	patterns, err := readIgnoreFile(from)
	for _, dir := range without {
		patterns = append(patterns, literal.Replace(path.Clean(dir)))
	}
	return patterns, err
}

func readIgnoreFile(from source) ([]string, error) {
	for _, name := range []string{from.dockerfile + ".dockerignore", filepath.Join(from.context, ".dockerignore")} {
		file, err := os.Open(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("reading the ignore file: %w", err)
		}
		defer file.Close()
		patterns, err := ignorefile.ReadAll(file)
		if err != nil {
			return nil, fmt.Errorf("reading the ignore file %q: %w", name, err)
		}
		return patterns, nil
	}
	return nil, nil
}
