package dockerengine

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/moby/patternmatcher"
	"github.com/moby/patternmatcher/ignorefile"

	"git.example/slipway/pipelines/engine"
)

// stage makes, in dir, the context of a build with an overlay: the files that
// the ignore file lets through, as hard links where that is possible, and the
// overlay over them.
func stage(b engine.Build, from source, dir string) (source, error) {
	staged := source{context: filepath.Join(dir, "context"), dockerfile: filepath.Join(dir, "dockerfile", "Dockerfile")}
	ignored, err := ignoreRules(from)
	if err != nil {
		return source{}, err
	}
	if err := copyTree(from.context, staged.context, ignored); err != nil {
		return source{}, fmt.Errorf("staging context %q: %w", b.Context, err)
	}
	for at, what := range b.Overlay {
		to := filepath.Join(staged.context, filepath.FromSlash(at))
		if !filepath.IsLocal(filepath.FromSlash(at)) {
			return source{}, fmt.Errorf("overlay %q: the path leaves the context", at)
		}
		if err := errors.Join(os.RemoveAll(to), os.MkdirAll(filepath.Dir(to), 0o755)); err != nil {
			return source{}, fmt.Errorf("overlay %q: %w", at, err)
		}
		if err := copyTree(what, to, nil); err != nil {
			return source{}, fmt.Errorf("overlay %q: %w", at, err)
		}
	}
	if err := os.Mkdir(filepath.Dir(staged.dockerfile), 0o700); err != nil {
		return source{}, err
	}
	if err := copyFile(from.dockerfile, staged.dockerfile, 0o644); err != nil {
		return source{}, err
	}
	// The rules are applied already, and not meant for the overlay: this file,
	// which BuildKit prefers to the context's, takes the place of all others.
	return staged, os.WriteFile(staged.dockerfile+".dockerignore", []byte("# applied\n"), 0o644)
}

// ignoreRules are those of the Dockerfile's own ignore file, else the context's.
func ignoreRules(from source) (*patternmatcher.PatternMatcher, error) {
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
		return patternmatcher.New(patterns)
	}
	return patternmatcher.New(nil)
}

// copyTree copies a file or directory, without what ignored (nil for nothing)
// matches. Regular files are hard links where the file system can.
func copyTree(from, to string, ignored *patternmatcher.PatternMatcher) error {
	parents := map[string]patternmatcher.MatchInfo{}
	return filepath.WalkDir(from, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		skip := false
		if ignored != nil && rel != "." {
			var info patternmatcher.MatchInfo
			skip, info, err = ignored.MatchesUsingParentResults(filepath.ToSlash(rel), parents[filepath.Dir(rel)])
			if err != nil {
				return err
			}
			if entry.IsDir() {
				parents[rel] = info
			}
		}
		if skip && (!entry.IsDir() || !ignored.Exclusions()) {
			if entry.IsDir() {
				return filepath.SkipDir
			}
			return nil
		}
		return copyEntry(path, filepath.Join(to, rel), entry, skip)
	})
}

// copyEntry copies one file, link or directory. A directory that is skipped is
// made only when something in it is not.
func copyEntry(from, to string, entry fs.DirEntry, skip bool) error {
	info, err := entry.Info()
	if err != nil {
		return err
	}
	switch {
	case entry.IsDir() && skip:
		return nil
	case entry.IsDir():
		if err := os.MkdirAll(to, 0o755); err != nil {
			return err
		}
		return os.Chmod(to, info.Mode().Perm()|0o700)
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	switch {
	case info.Mode().IsRegular():
		if os.Link(from, to) == nil {
			return nil
		}
		return copyFile(from, to, info.Mode().Perm())
	case info.Mode()&fs.ModeSymlink != 0:
		target, err := os.Readlink(from)
		if err != nil {
			return err
		}
		return os.Symlink(target, to)
	}
	return nil // sockets and devices have no place in an image
}

func copyFile(from, to string, mode fs.FileMode) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Chmod(mode), out.Close())
}
