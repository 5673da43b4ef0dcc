package checks

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"unicode"
)

// place copies what a check exported, a file or a directory, into the project in
// place of what is there. It may be missing. Whoever wrote it is not trusted: it stays
// below the project, goes through no link, and has none that leads out of it.
func place(project *os.Root, from, to string) error {
	info, err := os.Lstat(from)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if !info.IsDir() && !info.Mode().IsRegular() {
		return fmt.Errorf("it is %s: export a file or a directory", kindOfFile(info.Mode()))
	}
	if err := errors.Join(isWhole(from), throughNoLink(project, to)); err != nil {
		return err
	}
	if err := errors.Join(project.RemoveAll(to), project.MkdirAll(filepath.Dir(to), 0o755)); err != nil {
		return err
	}
	return filepath.WalkDir(from, func(file string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, file)
		if err != nil {
			return err
		}
		return placeOne(project, file, filepath.Join(to, rel), entry)
	})
}

func placeOne(project *os.Root, from, to string, entry fs.DirEntry) error {
	info, err := entry.Info()
	if err != nil {
		return err
	}
	switch {
	case entry.IsDir():
		return project.MkdirAll(to, info.Mode().Perm()|0o700)
	case info.Mode()&fs.ModeSymlink != 0:
		target, err := os.Readlink(from)
		if err != nil {
			return err
		}
		return project.Symlink(target, to)
	}
	content, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return project.WriteFile(to, content, info.Mode().Perm())
}

// isWhole says what of an export can't be brought out: links that lead out of it,
// files that are none, and what git would take for a repository of its own, with
// hooks.
func isWhole(from string) error {
	return filepath.WalkDir(from, func(file string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, file)
		if err != nil {
			return err
		}
		switch kind := entry.Type(); {
		case rel != "." && isGit(entry.Name()):
			return fmt.Errorf("it has %q, which git would read: export what is beside it", filepath.ToSlash(rel))
		case kind&fs.ModeSymlink != 0:
			target, err := os.Readlink(file)
			if err != nil {
				return err
			}
			if filepath.IsAbs(target) || !filepath.IsLocal(filepath.Join(filepath.Dir(rel), target)) {
				return fmt.Errorf("its %q is a link to %q, which leads out of what is exported: export the file itself", filepath.ToSlash(rel), target)
			}
		case !kind.IsDir() && !kind.IsRegular():
			return fmt.Errorf("its %q is %s: export files and directories", filepath.ToSlash(rel), kindOfFile(kind))
		}
		return nil
	})
}

// throughNoLink says which directory on the way to a path of the project is a link.
func throughNoLink(project *os.Root, to string) error {
	parts := strings.Split(filepath.ToSlash(filepath.Clean(to)), "/")
	for i := 1; i < len(parts); i++ {
		parent := path.Join(parts[:i]...)
		info, err := project.Lstat(filepath.FromSlash(parent))
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		if info.Mode()&fs.ModeSymlink != 0 {
			return fmt.Errorf("%q in the project is a link, through which nothing is exported", parent)
		}
	}
	return nil
}

func kindOfFile(mode fs.FileMode) string {
	switch {
	case mode&fs.ModeSymlink != 0:
		return "a link"
	case mode&fs.ModeSocket != 0:
		return "a socket"
	case mode&fs.ModeNamedPipe != 0:
		return "a pipe"
	}
	return "no file"
}

// isGit says that a name is that of a repository's own directory, on any file
// system: some ignore case, characters that are not seen, and dots at the end, and
// some have a short name for it.
func isGit(name string) bool {
	seen := strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point) {
			return -1
		}
		return unicode.ToLower(r)
	}, name)
	seen, _, _ = strings.Cut(seen, ":") // a stream of NTFS
	seen = strings.TrimRight(seen, " .")
	return seen == ".git" || seen == "git~1"
}
