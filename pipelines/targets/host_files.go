package targets

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"git.example/slipway/pipelines/composefile"
	"git.example/slipway/pipelines/git"
	"git.example/slipway/pipelines/release"
	"git.example/slipway/pipelines/workspace"
)

// mostHostFiles bounds what all files for hosts have together: they are
// configuration, and every release that can be gone back to keeps them.
const mostHostFiles = 8 << 20

// hostFiles collects the files of the repository that services need on their
// hosts: what git tracks, as it is in the working tree.
type hostFiles struct {
	workspace *workspace.Workspace
	// below is the project's directory in the repository, with slashes.
	below string
	// modes are what git tracks, by path in the repository; paths are those in order.
	modes map[string]string
	paths []string

	contents map[string][]byte
	files    map[string]release.HostFile
	// directories are those that travel, and those of which hosts have their own.
	directories map[string]bool
}

func newHostFiles(ctx context.Context, w *workspace.Workspace) (*hostFiles, error) {
	h := &hostFiles{
		workspace: w, contents: map[string][]byte{}, files: map[string]release.HostFile{}, directories: map[string]bool{},
	}
	if w.Git == nil {
		return h, nil
	}
	project, err := filepath.EvalSymlinks(w.Dir)
	if err != nil {
		return nil, fmt.Errorf("finding %q: %w", w.Dir, err)
	}
	below, err := filepath.Rel(w.Git.Dir(), project)
	if err != nil {
		return nil, fmt.Errorf("finding %q in its repository: %w", w.Dir, err)
	}
	h.below = filepath.ToSlash(below)
	if h.modes, err = w.Git.Tracked(ctx); err != nil {
		return nil, err
	}
	h.paths = slices.Sorted(maps.Keys(h.modes))
	return h, nil
}

// add takes what a project's services need that git has. Own says of a path,
// relative to the directory base of the project, that it is the host's.
func (h *hostFiles) add(needs []composefile.Need, base string, own func(string) bool) error {
	dir := filepath.Join(h.workspace.Dir, base)
	for _, n := range needs {
		file, err := filepath.Rel(h.workspace.Dir, n.Path)
		if err != nil || !filepath.IsLocal(file) || n.Kind == composefile.NeedVolume {
			continue
		}
		onHost, err := filepath.Rel(dir, n.Path)
		if err != nil || isBelow(dir, n.Path) || own(filepath.ToSlash(onHost)) {
			continue
		}
		if err := h.addNeed(n, filepath.ToSlash(file), needs); err != nil {
			return fmt.Errorf("file %q, which service %q needs: %w; or list it under host-files, and put it on the hosts yourself", file, n.Service, err)
		}
	}
	return nil
}

// isBelow says that a path is dir, or below it.
func isBelow(path, dir string) bool {
	return path == dir || strings.HasPrefix(path, strings.TrimSuffix(dir, "/")+"/")
}

// addNeed takes a file, or a directory that nobody writes to. file is relative to
// the project.
func (h *hostFiles) addNeed(n composefile.Need, file string, all []composefile.Need) error {
	real, err := h.follow(path.Join(h.below, file))
	if err != nil {
		return err
	}
	if mode, tracked := h.modes[real]; tracked {
		return h.take(file, real, mode)
	}
	inside := h.inside(real)
	if n.Kind != composefile.NeedMount || !slices.ContainsFunc(inside, isContent) {
		return nil
	}
	if n.Writable(all) {
		if !h.directories[file] { // a name that another service reads only stays one
			h.directories[file] = false
		}
		return nil
	}
	h.directories[file] = true
	return h.takeAll(file, real, 0)
}

// isContent says that a file is not just there so that git keeps its directory.
func isContent(file string) bool {
	return !slices.Contains([]string{".gitkeep", ".keep", ".gitignore"}, path.Base(file))
}

// inside are the paths that git tracks in a directory.
func (h *hostFiles) inside(dir string) []string {
	if dir == "." {
		return h.paths
	}
	start, _ := slices.BinarySearch(h.paths, dir+"/")
	end := start
	for end < len(h.paths) && strings.HasPrefix(h.paths[end], dir+"/") {
		end++
	}
	return h.paths[start:end]
}

// linksAtOnce is how many links in each other are followed.
const linksAtOnce = 8

// takeAll takes all files of a directory.
func (h *hostFiles) takeAll(dir, real string, depth int) error {
	if depth > linksAtOnce {
		return fmt.Errorf("%q leads to itself by symbolic links", dir)
	}
	for _, tracked := range h.inside(real) {
		name := path.Join(dir, strings.TrimPrefix(tracked, real+"/"))
		mode := h.modes[tracked]
		if mode == git.ModeLink {
			to, err := h.follow(tracked)
			if err != nil {
				return err
			}
			if mode = h.modes[to]; mode == "" {
				if err := h.takeAll(name, to, depth+1); err != nil {
					return err
				}
				continue
			}
			tracked = to
		}
		if err := h.take(name, tracked, mode); err != nil {
			return err
		}
	}
	return nil
}

// follow is where a path of the repository leads by the symbolic links in it.
func (h *hostFiles) follow(file string) (string, error) {
	for range 5 * linksAtOnce {
		at, rest := "", ""
		for i := 0; i <= len(file); i++ {
			if i == len(file) || file[i] == '/' {
				if mode := h.modes[file[:i]]; mode == git.ModeLink || mode == git.ModeSubmodule {
					at, rest = file[:i], file[i:]
					break
				}
			}
		}
		if at == "" {
			return file, nil
		}
		if h.modes[at] == git.ModeSubmodule {
			return "", fmt.Errorf("%q is a submodule, whose files this repository does not have", at)
		}
		to, err := os.Readlink(filepath.Join(h.workspace.Git.Dir(), at))
		if err != nil {
			return "", fmt.Errorf("reading the symbolic link: %w", err)
		}
		leads := path.Join(path.Dir(at), filepath.ToSlash(to))
		if filepath.IsAbs(to) || !filepath.IsLocal(leads) {
			return "", fmt.Errorf("the symbolic link %q leads out of the repository, to %q", at, to)
		}
		file = path.Join(leads, rest)
	}
	return "", fmt.Errorf("%q leads to itself by symbolic links", file)
}

// take takes one file: name is its path relative to the project, tracked the one
// in the repository that has its content.
func (h *hostFiles) take(name, tracked, mode string) error {
	switch mode {
	case git.ModeSubmodule:
		return fmt.Errorf("%q is a submodule, whose files this repository does not have", tracked)
	case git.ModeFile, git.ModeExecutable:
	default:
		return fmt.Errorf("%q is no file", tracked)
	}
	content, err := os.ReadFile(filepath.Join(h.workspace.Git.Dir(), tracked))
	if err != nil {
		return err
	}
	if git.IsPointer(content) {
		return fmt.Errorf("%q is a pointer to Git LFS in this checkout; run `git lfs pull` (in CI: a checkout with LFS)", tracked)
	}
	h.contents[name] = content
	f := release.HostFile{Mode: release.ModeFile}
	if mode == git.ModeExecutable {
		f.Mode = release.ModeExecutable
	}
	h.files[name] = f
	return nil
}

// bounded is the error when the files are too many to travel.
func (h *hostFiles) bounded() error {
	total := 0
	for _, content := range h.contents {
		total += len(content)
	}
	if total <= mostHostFiles {
		return nil
	}
	bySize := func(a, b string) int {
		return cmp.Or(cmp.Compare(len(h.contents[a]), len(h.contents[b])), cmp.Compare(a, b))
	}
	largest := slices.MaxFunc(slices.Collect(maps.Keys(h.contents)), bySize)
	return fmt.Errorf("the files that services mount have %.1f MB together, and %d MB can travel with a release; the largest is %q with %.1f MB: "+
		"put it into an image, or list it under host-files and put it on the hosts yourself",
		float64(total)/(1<<20), mostHostFiles>>20, largest, float64(len(h.contents[largest]))/(1<<20))
}
