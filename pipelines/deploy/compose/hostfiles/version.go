package hostfiles

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"git.example/slipway/pipelines/composefile"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/compose/stack"
)

// Version is a file, or a directory, that came with a release. It has a place of its
// own on the host, whose path has the digest of its content: compose starts exactly
// those containers anew whose files have changed, and a release that comes back finds
// its files.
type Version struct {
	// Name is its path relative to the project.
	Name string `json:"name"`
	// Path is where the compose file has it on the host, Place where the version is.
	Path  string `json:"path"`
	Place string `json:"place"`
	// Files are the release's, by path in the place; "" is the file itself.
	Files map[string]string `json:"files"`
	// Services that mount or read it.
	Services []string `json:"services"`
}

// Directory says that it is one.
func (v Version) Directory() bool {
	_, file := v.Files[""]
	return !file
}

// Digest is that of its content, as it is in its place.
func (v Version) Digest() string { return path.Base(path.Dir(v.Place)) }

// Dir is where a stack's versions are on its host. No environment begins with a dot,
// so no journal is there.
func Dir(s stack.Stack) string { return path.Join(s.Dir, ".slipway", ".files") }

// Versions are what a release brings of what a project's services need, by path.
func Versions(s stack.Stack, d deploy.Desired, p *types.Project) []Version {
	if len(d.HostFiles) == 0 || len(d.Main) == 0 {
		return nil
	}
	var all []Version
	needs := composefile.Needs(p)
	for _, n := range needs {
		if i := slices.IndexFunc(all, func(v Version) bool { return v.Path == n.Path }); i >= 0 {
			if !slices.Contains(all[i].Services, n.Service) {
				all[i].Services = append(all[i].Services, n.Service)
			}
			continue
		}
		name, ok := released(s, d, n.Path)
		if !ok || n.Kind == composefile.NeedVolume {
			continue
		}
		if files := filesOf(d, n, name, needs); len(files) > 0 {
			place := path.Join(Dir(s), digest(d, files), path.Base(n.Path))
			all = append(all, Version{Name: name, Path: n.Path, Place: place, Files: files, Services: []string{n.Service}})
		}
	}
	slices.SortFunc(all, func(a, b Version) int { return strings.Compare(a.Path, b.Path) })
	return all
}

// released is what a path of the host is in the release's project, if it is in it:
// the stack's directory is that of its first compose file.
func released(s stack.Stack, d deploy.Desired, file string) (name string, ok bool) {
	relative, err := filepath.Rel(s.Dir, file)
	if err != nil || len(d.Main) == 0 {
		return "", false
	}
	name = path.Join(path.Dir(d.Main[0]), filepath.ToSlash(relative))
	return name, filepath.IsLocal(name)
}

// filesOf are the release's files of a need; none when the host has its own.
func filesOf(d deploy.Desired, n composefile.Need, name string, all []composefile.Need) map[string]string {
	if _, ok := d.HostFiles[name]; ok {
		return map[string]string{"": name}
	}
	if !d.HostDirectories[name] || n.Kind != composefile.NeedMount || n.Writable(all) {
		return nil
	}
	files := map[string]string{}
	for file := range d.HostFiles {
		if in, ok := strings.CutPrefix(file, name+"/"); ok {
			files[in] = file
		}
	}
	return files
}

// digest is over the paths, modes and contents of files.
func digest(d deploy.Desired, files map[string]string) string {
	h := sha256.New()
	for _, in := range slices.Sorted(maps.Keys(files)) {
		f := d.HostFiles[files[in]]
		fmt.Fprintf(h, "%q %s %x\n", in, f.Mode, sha256.Sum256(f.Content))
	}
	return fmt.Sprintf("%x", h.Sum(nil)[:16])
}

// At is the version at a path of the compose file.
func At(versions []Version, path string) (Version, bool) {
	i := slices.IndexFunc(versions, func(v Version) bool { return v.Path == path })
	if i < 0 {
		return Version{}, false
	}
	return versions[i], true
}
