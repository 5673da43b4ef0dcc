package workspace

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// OwnIn are the directories of Slipway's own that are there in dir, relative to it
// and with slashes. A directory that has nothing else in it is one, too: no other
// checkout has it.
func (w *Workspace) OwnIn(dir string) []string {
	all := append(slices.Clone(w.Own), kept(dir)...)
	own := map[string]bool{}
	for _, path := range all {
		own[path] = true
	}
	var inside []string
	for _, path := range all {
		if _, err := os.Lstat(path); err != nil || !isBelow(path, dir) {
			continue
		}
		for parent := filepath.Dir(path); isBelow(parent, dir) && hasOnly(parent, own); parent = filepath.Dir(parent) {
			own[parent], path = true, parent
		}
		relative, _ := filepath.Rel(dir, path)
		inside = append(inside, filepath.ToSlash(relative))
	}
	slices.Sort(inside)
	return slices.Compact(inside)
}

// keptName is the directory in which a deploy keeps things where it deploys to.
const keptName = ".slipway"

// kept are such directories in dir, also of targets that were there before.
func kept(dir string) []string {
	var found []string
	for _, pattern := range []string{keptName, "*/" + keptName, "*/*/" + keptName} {
		paths, _ := filepath.Glob(filepath.Join(escaped.Replace(dir), filepath.FromSlash(pattern))) // the pattern is fine
		found = append(found, paths...)
	}
	return found
}

// escaped makes a pattern of a path that matches nothing else.
var escaped = strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`)

func isBelow(path, dir string) bool {
	return strings.HasPrefix(path, strings.TrimSuffix(dir, string(filepath.Separator))+string(filepath.Separator))
}

// hasOnly says that a directory has nothing but those paths in it.
func hasOnly(dir string, paths map[string]bool) bool {
	entries, err := os.ReadDir(dir)
	return err == nil && !slices.ContainsFunc(entries, func(e os.DirEntry) bool { return !paths[filepath.Join(dir, e.Name())] })
}
