package composefile

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// TakesIn says that one of these compose files takes in others by include or extends.
func TakesIn(contents ...[]byte) bool {
	return slices.ContainsFunc(contents, func(content []byte) bool {
		var f takingIn
		if yaml.Unmarshal(content, &f) != nil {
			return false // a malformed file is Load's to report
		}
		return len(f.Include) > 0 || len(f.extended()) > 0
	})
}

// takingIn is what a compose file says of others.
type takingIn struct {
	Include  []yaml.Node          `yaml:"include"`
	Services map[string]yaml.Node `yaml:"services"`
}

// extended are the files whose services are extended, sorted.
func (f takingIn) extended() (paths []string) {
	for _, node := range f.Services {
		var service struct {
			Extends struct {
				File string `yaml:"file"`
			} `yaml:"extends"`
		}
		if node.Decode(&service) == nil && service.Extends.File != "" {
			paths = append(paths, service.Extends.File)
		}
	}
	slices.Sort(paths)
	return slices.Compact(paths)
}

// inclusion is an entry of include.
type inclusion struct {
	Path             []string
	ProjectDirectory string
	EnvFile          []string
}

// included reads an entry of include: a path, or a mapping with one or several.
func included(node yaml.Node) inclusion {
	var path string
	if node.Decode(&path) == nil {
		return inclusion{Path: []string{path}}
	}
	var entry struct {
		Path             yaml.Node `yaml:"path"`
		ProjectDirectory string    `yaml:"project_directory"`
		EnvFile          yaml.Node `yaml:"env_file"`
	}
	if node.Decode(&entry) != nil {
		return inclusion{} // Load's to report
	}
	return inclusion{Path: list(entry.Path), ProjectDirectory: entry.ProjectDirectory, EnvFile: list(entry.EnvFile)}
}

// list is a text, or a list of them.
func list(node yaml.Node) (texts []string) {
	var one string
	if node.Kind == 0 || node.Decode(&one) == nil {
		return slices.DeleteFunc([]string{one}, func(s string) bool { return s == "" })
	}
	_ = node.Decode(&texts) // anything else is Load's to report
	return texts
}

// mostTakenIn bounds how many files a project takes in.
const mostTakenIn = 500

// TakenIn are the files that compose files take in by include and extends, however
// deep, and the env files of what is included. All are paths with slashes in one
// tree, from which read reads; files is one project, in the directory of the first
// one. Read's there is false for a file that is not there.
func TakenIn(files []string, read func(name string) (content []byte, there bool, err error)) (map[string][]byte, error) {
	t := taker{read: read, found: map[string][]byte{}}
	for _, file := range files {
		content, there, err := read(file)
		if err != nil || !there {
			return nil, err // the caller's to report
		}
		if err := t.from(file, path.Dir(files[0]), content); err != nil {
			return nil, err
		}
	}
	return t.found, nil
}

type taker struct {
	read  func(string) ([]byte, bool, error)
	found map[string][]byte
}

// from takes in what a file names; dir is what its paths are relative to.
func (t taker) from(file, dir string, content []byte) error {
	var f takingIn
	if yaml.Unmarshal(content, &f) != nil {
		return nil // Load's to report
	}
	for _, node := range f.Include {
		entry := included(node)
		if err := t.include(file, dir, entry); err != nil {
			return err
		}
	}
	for _, name := range f.extended() {
		base, err := t.path(file, dir, name)
		if err != nil {
			return err
		}
		if err := t.take(file, base, path.Dir(base)); err != nil {
			return err
		}
	}
	return nil
}

func (t taker) include(file, dir string, entry inclusion) error {
	project := ""
	for i, name := range entry.Path {
		other, err := t.path(file, dir, name)
		if err != nil {
			return err
		}
		if i == 0 {
			project = path.Dir(other)
			if entry.ProjectDirectory != "" {
				if project, err = t.path(file, dir, entry.ProjectDirectory); err != nil {
					return err
				}
			}
		}
		if err := t.take(file, other, project); err != nil {
			return err
		}
	}
	for _, name := range entry.EnvFile {
		if name == "/dev/null" {
			continue
		}
		env, err := t.path(file, dir, name)
		if err != nil {
			return err
		}
		if err := t.keep(file, env); err != nil {
			return err
		}
	}
	if len(entry.EnvFile) > 0 || project == "" {
		return nil
	}
	// Compose reads the .env beside an included file, if there is one.
	env := path.Join(project, ".env")
	content, there, err := t.read(env)
	if there && project != dir {
		t.found[env] = content
	}
	return err
}

// path is a path that a file names, in the tree.
func (t taker) path(file, dir, name string) (string, error) {
	switch {
	case strings.Contains(name, "$"):
		return "", fmt.Errorf("compose file %q takes in %q: a release has the files that the repository has, and which one that is depends on a variable; write its path out", file, name)
	case path.IsAbs(name), strings.Contains(name, "://"), strings.HasPrefix(name, "git@"), strings.HasPrefix(name, "~"):
		return "", fmt.Errorf("compose file %q takes in %q, which is not in the repository: commit a copy of it, and name that", file, name)
	}
	in := path.Join(dir, name)
	if in == ".." || strings.HasPrefix(in, "../") {
		return "", fmt.Errorf("compose file %q takes in %q, which is out of the directory of slipway.yaml: a release has no files from there; commit a copy of it, and name that", file, name)
	}
	return in, nil
}

// take takes in a compose file, and what that takes in.
func (t taker) take(by, file, dir string) error {
	if _, again := t.found[file]; again {
		return nil
	}
	if err := t.keep(by, file); err != nil {
		return err
	}
	return t.from(file, dir, t.found[file])
}

func (t taker) keep(by, file string) error {
	content, there, err := t.read(file)
	switch {
	case err != nil:
		return fmt.Errorf("reading %q, which compose file %q takes in: %w", file, by, err)
	case !there:
		return fmt.Errorf("compose file %q takes in %q: there is no such file", by, file)
	case len(t.found) >= mostTakenIn:
		return fmt.Errorf("compose file %q takes in more than %d files", by, mostTakenIn)
	}
	t.found[file] = content
	return nil
}
