package git

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// readChange reads HEAD, the branch and how the work tree differs from HEAD,
// all from one run of git status, so that they belong together.
func (r *Repository) readChange(ctx context.Context, s *State) error {
	out, err := r.run(ctx, "status", "--porcelain=v2", "--branch", "-z",
		"--untracked-files=all", "--ignore-submodules=none", "--no-renames", "--no-ahead-behind")
	if err != nil {
		return err
	}
	changed := r.parseStatus(out, s)
	if s.Commit == "(initial)" {
		return ErrNoCommit
	}
	if len(changed) == 0 {
		return nil
	}
	s.Dirty, s.Changed = true, changed
	s.DirtyDigest, err = r.digest(ctx, changed)
	return err
}

// parseStatus reads the commit and the branch from the output of git status, and
// gives the paths that count as changed.
func (r *Repository) parseStatus(out string, s *State) (changed []string) {
	for _, line := range strings.Split(out, "\x00") {
		if value, ok := strings.CutPrefix(line, "# branch.oid "); ok {
			s.Commit = value
		}
		if value, ok := strings.CutPrefix(line, "# branch.head "); ok && value != "(detached)" {
			s.Branch = value
		}
		if path := changedPath(line); path != "" && !r.leavesOut(path) {
			changed = append(changed, path)
		}
	}
	return changed
}

// leavesOut says whether a path, or a directory that it is in, does not count.
func (r *Repository) leavesOut(path string) bool {
	return slices.ContainsFunc(r.without, func(without string) bool {
		return path == without || strings.HasPrefix(path, without+"/")
	})
}

// changedPath is the path in one line of git status's version 2 format, or "".
func changedPath(line string) string {
	fields := map[byte]int{'1': 9, 'u': 11, '?': 2} // the path is the last one
	if line == "" || fields[line[0]] == 0 {
		return ""
	}
	parts := strings.SplitN(line, " ", fields[line[0]])
	return parts[len(parts)-1]
}

// digest is over the names, kinds, executable bits and contents of paths,
// which are relative to the top of the work tree, with slashes.
func (r *Repository) digest(ctx context.Context, paths []string) (string, error) {
	slices.Sort(paths)
	sum := sha256.New()
	for _, path := range slices.Compact(paths) {
		kind, content, err := r.digestFile(ctx, path)
		if err != nil {
			return "", err
		}
		for _, part := range []string{path, kind, content} {
			binary.Write(sum, binary.BigEndian, uint64(len(part)))
			io.WriteString(sum, part)
		}
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// digestFile is what stands at path now: its kind and a digest or text that
// stands for its content.
func (r *Repository) digestFile(ctx context.Context, path string) (kind, content string, err error) {
	full := filepath.Join(r.dir, filepath.FromSlash(path))
	info, err := os.Lstat(full)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "deleted", "", nil
	case err != nil:
		return "", "", err
	case info.Mode()&fs.ModeSymlink != 0:
		target, err := os.Readlink(full)
		return "link", filepath.ToSlash(target), err
	case info.IsDir():
		content, err := nested(ctx, full)
		return "repository", content, err
	case !info.Mode().IsRegular():
		return "special", info.Mode().Type().String(), nil
	}
	kind = "file"
	if info.Mode()&0o100 != 0 {
		kind = "executable"
	}
	file, err := os.Open(full)
	if err != nil {
		return "", "", err
	}
	defer file.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, file); err != nil {
		return "", "", fmt.Errorf("reading %q: %w", full, err)
	}
	return kind, hex.EncodeToString(sum.Sum(nil)), nil
}

// nested stands for a repository inside this one, such as a changed submodule:
// git lists it as one path.
func nested(ctx context.Context, dir string) (string, error) {
	r, err := Open(ctx, dir)
	if err != nil {
		return "", err
	}
	var s State
	if err := r.readChange(ctx, &s); err != nil && !errors.Is(err, ErrNoCommit) {
		return "", err
	}
	return s.Commit + s.DirtyDigest, nil
}
