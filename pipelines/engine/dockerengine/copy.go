package dockerengine

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/moby/patternmatcher"
)

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
