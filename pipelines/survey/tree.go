// Package survey finds out what a repository has for a release: which images it
// builds and by what evidence, its compose files, the variables that they want,
// and what was left out and why. It reads only.
package survey

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/moby/patternmatcher"
	"github.com/moby/patternmatcher/ignorefile"

	"git.example/slipway/pipelines/dockerfile"
)

// Tree is the files of a project, those that git has or would take.
type Tree struct {
	// Dir is the project's directory, absolute.
	Dir string
	// Files are relative to it, with slashes, sorted.
	Files []string

	files, dirs map[string]bool
}

// mostRead bounds how large a file is read, in bytes.
const mostRead = 4 << 20

// NewTree is the tree of the files below dir.
func NewTree(dir string, files []string) *Tree {
	t := &Tree{Dir: dir, Files: slices.Sorted(slices.Values(files)), files: map[string]bool{}, dirs: map[string]bool{".": true}}
	for _, f := range t.Files {
		t.files[f] = true
		for d := path.Dir(f); !t.dirs[d]; d = path.Dir(d) {
			t.dirs[d] = true
		}
	}
	return t
}

// Walk is the tree of all files below dir, for a folder that is in no git repository.
func Walk(dir string) (*Tree, error) {
	var files []string
	err := filepath.WalkDir(dir, func(name string, e fs.DirEntry, err error) error {
		if err != nil || name == dir {
			return err
		}
		if e.IsDir() && (e.Name() == ".git" || e.Name() == "node_modules") {
			return fs.SkipDir
		}
		if !e.IsDir() {
			rel, err := filepath.Rel(dir, name)
			if err != nil {
				return err
			}
			files = append(files, filepath.ToSlash(rel))
		}
		return nil
	})
	return NewTree(dir, files), err
}

// IsFile says that git has a file of that name.
func (t *Tree) IsFile(name string) bool { return t.files[path.Clean(name)] }

// IsDir says that git has files below that directory.
func (t *Tree) IsDir(name string) bool { return t.dirs[path.Clean(name)] }

// Read is the content of a file, empty when it can't be read: links out of the
// project are not followed.
func (t *Tree) Read(name string) []byte {
	root, err := os.OpenRoot(t.Dir)
	if err != nil {
		return nil
	}
	defer root.Close()
	info, err := root.Stat(filepath.FromSlash(name))
	if err != nil || !info.Mode().IsRegular() || info.Size() > mostRead {
		return nil
	}
	content, err := root.ReadFile(filepath.FromSlash(name))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return content
}

// followed is the file that a path leads to when it is a link inside of the project.
func (t *Tree) followed(name string) string {
	real, err := filepath.EvalSymlinks(filepath.Join(t.Dir, filepath.FromSlash(name)))
	if err != nil {
		return name
	}
	dir, err := filepath.EvalSymlinks(t.Dir)
	if err != nil {
		return name
	}
	rel, err := filepath.Rel(dir, real)
	if err != nil || !t.IsFile(filepath.ToSlash(rel)) {
		return name
	}
	return filepath.ToSlash(rel)
}

// first is the first of the names that is a file; empty for none.
func (t *Tree) first(names ...string) string {
	for _, n := range names {
		if t.IsFile(n) {
			return n
		}
	}
	return ""
}

// has says that a builder that gets the directory context finds there what COPY
// names as source. Of a pattern, and of a path that the value of an argument
// decides, that is the folder before it: a pattern that nothing matches copies
// nothing, and is no fault.
func (t *Tree) has(context string, source dockerfile.Source) bool {
	known := source.Known
	if at := strings.IndexAny(known, "*?["); at >= 0 {
		known = known[:at]
	}
	switch {
	case known == source.Path:
		full := path.Join(context, known)
		return t.IsFile(full) || t.IsDir(full)
	case known == "":
		return !strings.Contains(source.Path, "$")
	}
	return t.IsDir(path.Join(context, path.Dir(known+"x")))
}

// ignored are the patterns of the ignore file that goes with a Dockerfile, as
// BuildKit chooses it.
func (t *Tree) ignored(context, dockerfile string) []string {
	name := t.first(dockerfile+".dockerignore", path.Join(context, ".dockerignore"))
	if name == "" {
		return nil
	}
	patterns, err := ignorefile.ReadAll(strings.NewReader(string(t.Read(name))))
	if err != nil {
		return nil
	}
	return patterns
}

// leftOut says that the patterns keep a file or all of a directory from the builder.
func (t *Tree) leftOut(context, source string, patterns []string) bool {
	if len(patterns) == 0 || source == "." || strings.ContainsAny(source, "*?[") {
		return false
	}
	matcher, err := patternmatcher.New(patterns)
	if err != nil {
		return false
	}
	if out, err := matcher.MatchesOrParentMatches(source); err != nil || !out {
		return false
	}
	if !matcher.Exclusions() {
		return true
	}
	below := path.Join(context, source) + "/"
	at, _ := slices.BinarySearch(t.Files, below)
	for _, f := range t.Files[at:] {
		if !strings.HasPrefix(f, below) {
			break
		}
		inside := strings.TrimPrefix(f, strings.TrimPrefix(context+"/", "./"))
		if out, err := matcher.MatchesOrParentMatches(inside); err == nil && !out {
			return false
		}
	}
	return true
}

// Same says that two paths lead to one file.
func (t *Tree) Same(a, b string) bool { return a == b || t.followed(a) == t.followed(b) }
