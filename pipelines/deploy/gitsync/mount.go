package gitsync

import (
	"path"
	"strings"
)

// mount is a folder that a running container mounts.
type mount struct {
	container, source string
	// sees says that it mounts the directory itself, or something in it; else it
	// mounts a folder that has the directory in it.
	sees bool
	// whole says that the target's state is in that folder, too: then a link
	// leads to the same place in the container.
	whole bool
}

// mountsShowing are the mounts that show the directory. parent is the real path of
// the directory that it is in, by which it may be mounted as well.
func (r remote) mountsShowing(lines []string, parent string) []mount {
	dirs := []string{r.dir}
	if parent != "" {
		dirs = append(dirs, path.Join(parent, path.Base(r.dir)))
	}
	var all []mount
	for _, line := range lines {
		name, source, ok := strings.Cut(line, "\t")
		if !ok || source == "" {
			continue
		}
		m := mount{container: strings.TrimPrefix(name, "/"), source: source}
		m.whole = within(r.state, source)
		for _, dir := range dirs {
			m.sees = m.sees || within(source, dir)
		}
		if m.sees || within(dirs[0], source) || within(dirs[len(dirs)-1], source) || within(source, path.Join(r.state, "trees")) {
			m.sees = m.sees || within(source, path.Join(r.state, "trees"))
			all = append(all, m)
		}
	}
	return all
}

// within says that file is dir or below it.
func within(file, dir string) bool {
	return file == dir || strings.HasPrefix(file, strings.TrimSuffix(dir, "/")+"/")
}
