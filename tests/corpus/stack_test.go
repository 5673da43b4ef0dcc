package corpus

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"git.example/slipway/internal/projecttest"
)

// The files of a stack's directory that are not the project's.
const (
	// descriptionFile is a description.
	descriptionFile = "corpus.yaml"
	// changeDir has the files of the second release: they go over those of the first.
	changeDir = "change"
)

// description says what is particular about a stack.
type description struct {
	// About says in one line what the stack is there for.
	About string `yaml:"about"`
	// Files are its compose files, compose.yml when absent. Slipway is told the same.
	Files []string `yaml:"files"`
	// Sample says that it runs with "make test", too.
	Sample bool `yaml:"sample"`
	// Waits says what Slipway has to learn before the stack can pass; it is skipped
	// until then.
	Waits string `yaml:"waits"`
	// Given are docker commands that make what is there before the first deploy,
	// named @STACK@-something.
	Given []string `yaml:"given"`
	// Environment is the env file of plain compose: what slipway.yaml sets.
	Environment map[string]string `yaml:"environment"`
	// Says is what programs in containers say: what the stack's keys are for.
	Says []saying `yaml:"says"`
	// Plan are regular expressions for lines of the plan for the change.
	Plan []string `yaml:"plan"`
	// Keeps are services whose containers the change leaves alone.
	Keeps []string `yaml:"keeps"`
}

// saying is what a program says in a container of a service.
type saying struct {
	In  string   `yaml:"in"`
	Run []string `yaml:"run"`
	// Says has to be in what it prints of every release, First and Changed of one.
	Says    string `yaml:"says"`
	First   string `yaml:"first"`
	Changed string `yaml:"changed"`
}

// corpusStack is a stack of the corpus, as it is in its directory.
type corpusStack struct {
	name string
	description
}

// dir is the directory that the stack is written in.
func (s corpusStack) dir() string { return filepath.Join("stacks", s.name) }

// stacks are all of them, by name.
func stacks(t testing.TB) []corpusStack {
	t.Helper()
	found, err := filepath.Glob(filepath.Join("stacks", "*", descriptionFile))
	if err != nil || len(found) == 0 {
		t.Fatalf("there are no stacks (%v)", err)
	}
	var all []corpusStack
	for _, path := range found {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		s := corpusStack{name: filepath.Base(filepath.Dir(path))}
		if err := yaml.UnmarshalWithOptions(text, &s.description, yaml.Strict()); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		if s.Files == nil {
			s.Files = []string{"compose.yml"}
		}
		all = append(all, s)
	}
	return all
}

// files are those of the stack in a release, by their path in the project, not yet
// expanded: those that all stacks have, then the stack's own.
func (s corpusStack) files(t testing.TB, changed bool) map[string]string {
	t.Helper()
	files := map[string]string{}
	layers := []string{"common", s.dir()}
	if changed {
		layers = append(layers, filepath.Join("common", changeDir), filepath.Join(s.dir(), changeDir))
	}
	for _, dir := range layers {
		for name, content := range filesIn(t, dir) {
			files[name] = content
		}
	}
	delete(files, descriptionFile)
	return files
}

// filesIn are the files in a directory, but for those of a change.
func filesIn(t testing.TB, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			if os.IsNotExist(err) && path == dir {
				return nil
			}
			return err
		}
		name, _ := filepath.Rel(dir, path)
		if entry.IsDir() {
			if name == changeDir {
				return filepath.SkipDir
			}
			return nil
		}
		content, err := os.ReadFile(path)
		files[filepath.ToSlash(name)] = string(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// expand replaces @NAME@ by its value.
func expand(text string, values map[string]string) string {
	for name, value := range values {
		text = strings.ReplaceAll(text, "@"+name+"@", value)
	}
	return text
}

// write writes the files of a release, expanded, into a project's directory.
func write(t testing.TB, dir string, files, values map[string]string) {
	t.Helper()
	for name, content := range files {
		projecttest.Write(t, dir, name, expand(content, values))
	}
}

// composeFiles are the YAML files of a stack that compose reads, in both releases.
func (s corpusStack) composeFiles(t testing.TB) map[string]string {
	t.Helper()
	all := map[string]string{}
	for prefix, files := range map[string]map[string]string{"": s.files(t, false), "change/": s.files(t, true)} {
		for name, content := range files {
			if (strings.HasSuffix(name, ".yml") || strings.HasSuffix(name, ".yaml")) && name != "slipway.yaml" {
				all[prefix+name] = content
			}
		}
	}
	for _, name := range s.Files {
		if _, ok := all[name]; !ok {
			t.Errorf("stack %s has no file %q", s.name, name)
		}
	}
	return all
}

// quotedList is a YAML list of names.
func quotedList(names []string) string {
	var quoted []string
	for _, name := range slices.Clone(names) {
		quoted = append(quoted, fmt.Sprintf("%q", name))
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}
