package content

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/moby/patternmatcher"
	"github.com/moby/patternmatcher/ignorefile"
	"github.com/tonistiigi/fsutil"
	"github.com/tonistiigi/fsutil/types"
	"golang.org/x/sync/errgroup"
)

// tree is a build context: a directory and the path of its ignore file, which
// need not exist.
type tree struct{ root, ignore string }

// listing is what a tree has in it, in the order of a walk: every directory's
// names sorted, whatever the machine.
type listing struct {
	entries []entry
	// whole is the hash of all entries.
	whole Hash
	// git says that there is a .git that the ignore file lets through.
	git bool
}

// entry is one file of a context.
type entry struct {
	// path in the context, with slashes.
	path string
	// kind is "directory", "file", "executable", "link" or "pipe".
	kind string
	// content is a file's hash or a link's target.
	content string
}

// tree lists t, once for all who ask until Rescan.
func (h *Hasher) tree(ctx context.Context, t tree) (*listing, error) {
	h.mu.Lock()
	trees := h.trees
	h.mu.Unlock()
	return trees.Do(ctx, t, func(ctx context.Context) (*listing, error) {
		files, err := h.list(ctx, t)
		if err != nil {
			return nil, fmt.Errorf("reading build context %q: %w", t.root, err)
		}
		return files, nil
	})
}

func (h *Hasher) list(ctx context.Context, t tree) (*listing, error) {
	files, err := walk(ctx, t, h.without(t.root))
	if err != nil {
		return nil, err
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(readsAtOnce())
	for i := range files.entries {
		e := &files.entries[i]
		if e.kind != "file" && e.kind != "executable" {
			continue
		}
		group.Go(func() (err error) {
			e.content, err = h.file(ctx, filepath.Join(t.root, filepath.FromSlash(e.path)))
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	files.whole = files.hash(nil)
	return files, nil
}

// walk lists t through the library with which BuildKit sends a context, so that
// the ignore file means the same here and there.
func walk(ctx context.Context, t tree, without []string) (*listing, error) {
	ignored, err := readIgnoreFile(t.ignore)
	if err != nil {
		return nil, err
	}
	files := &listing{}
	leaveOut := func(where string, stat *types.Stat) fsutil.MapResult {
		if slices.Contains(without, filepath.ToSlash(where)) {
			return skip(stat)
		}
		return files.leaveOutGit(where, stat)
	}
	options := &fsutil.FilterOpt{ExcludePatterns: ignored, Map: leaveOut}
	err = fsutil.WalkDir(ctx, t.root, options, func(_ string, found fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := found.Info()
		if err != nil {
			return err
		}
		e, err := newEntry(info.Sys().(*types.Stat))
		files.entries = append(files.entries, e)
		return err
	})
	return files, err
}

func (l *listing) leaveOutGit(where string, stat *types.Stat) fsutil.MapResult {
	if filepath.Base(where) != ".git" {
		return fsutil.MapResultKeep
	}
	l.git = true
	return skip(stat)
}

// skip leaves a file out, or a directory with all that is in it.
func skip(stat *types.Stat) fsutil.MapResult {
	if stat.IsDir() {
		return fsutil.MapResultSkipDir
	}
	return fsutil.MapResultExclude
}

func readIgnoreFile(name string) ([]string, error) {
	content, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	patterns, err := ignorefile.ReadAll(bytes.NewReader(content))
	if err == nil {
		_, err = patternmatcher.New(patterns)
	}
	if err != nil {
		return nil, fmt.Errorf("reading %q: %w", name, err)
	}
	return patterns, nil
}

func newEntry(stat *types.Stat) (entry, error) {
	e := entry{path: filepath.ToSlash(stat.Path)}
	mode := fs.FileMode(stat.Mode)
	switch mode.Type() {
	case fs.ModeDir:
		e.kind = "directory"
	case fs.ModeSymlink:
		e.kind, e.content = "link", filepath.ToSlash(stat.Linkname)
	case fs.ModeNamedPipe:
		e.kind = "pipe"
	case 0:
		e.kind = "file"
		if mode&0o100 != 0 { // the one permission that git keeps
			e.kind = "executable"
		}
	default:
		return e, fmt.Errorf("%q is a device; name it in the ignore file", e.path)
	}
	return e, nil
}

// hash is over the entries that no overlay replaces.
func (l *listing) hash(overlays []Overlay) Hash {
	s := newSummer("files v1")
	for _, e := range l.entries {
		if !slices.ContainsFunc(overlays, func(o Overlay) bool { return within(e.path, cleanPath(o.Destination)) }) {
			s.text(e.path)
			s.text(e.kind)
			s.text(e.content)
		}
	}
	return s.sum()
}

// addTo adds the files, less what overlays replace, and commit for a .git.
func (l *listing) addTo(s summer, overlays []Overlay, commit string) {
	files := l.whole
	if len(overlays) > 0 {
		files = l.hash(overlays)
	}
	if !l.git {
		commit = ""
	}
	s.text(string(files))
	s.text(commit)
}

// cleanPath is a path in a context in the form that entries have.
func cleanPath(p string) string {
	return strings.TrimPrefix(path.Clean("/"+filepath.ToSlash(p)), "/")
}

func within(file, dir string) bool {
	return dir == "" || file == dir || strings.HasPrefix(file, dir+"/")
}
