package git

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strconv"
	"strings"

	"git.example/slipway/pipelines/command"
)

// ErrNotHere is wrapped by the error of a commit that this clone does not have.
var ErrNotHere = errors.New("this clone does not have it; fetch it (in CI: a checkout of that commit, or with fetch-depth 0)")

// Tree is the id of a directory's tree in a full commit. dir is relative to
// the top of the repository, with slashes; "" and "." are all of it. What of
// the history a clone has does not matter.
func (r *Repository) Tree(ctx context.Context, commit, dir string) (string, error) {
	if !IsCommit(commit) {
		return "", fmt.Errorf("reading commit %q: it is not a full commit of 40 or 64 hex characters", commit)
	}
	if _, err := r.run(ctx, "cat-file", "-e", commit+"^{commit}"); command.ExitCode(err) > 0 {
		return "", fmt.Errorf("reading commit %s: %w", commit, ErrNotHere)
	} else if err != nil {
		return "", fmt.Errorf("reading commit %s: %w", commit, err)
	}
	if dir = path.Clean(dir); dir == "." {
		out, err := r.run(ctx, "rev-parse", "--verify", "--quiet", "--end-of-options", commit+"^{tree}")
		if err != nil {
			return "", fmt.Errorf("reading commit %s: %w", commit, err)
		}
		return strings.TrimSpace(out), nil
	}
	out, err := r.run(ctx, "ls-tree", "-z", "--full-tree", commit, "--", dir)
	if err != nil {
		return "", fmt.Errorf("reading %q in commit %s: %w", dir, commit, err)
	}
	found := ParseEntries(out)
	switch {
	case len(found) != 1 || found[0].Kind == "blob":
		return "", fmt.Errorf("commit %s has no directory %q", commit, dir)
	case found[0].Kind != "tree":
		return "", fmt.Errorf("%q in commit %s is a submodule, which git sync can't carry: put its files into this repository", dir, commit)
	}
	return found[0].ID, nil
}

// Entry is one thing in a tree.
type Entry struct {
	// Kind is "tree", "blob" or "commit" (a submodule).
	Kind string
	// Mode is as git has it: "100755"; empty for a whole tree.
	Mode string
	ID   string
	// Size of a blob in bytes.
	Size int64
	// Path in the tree, with slashes; "" for the tree itself.
	Path string
}

// Entries is everything in a tree, itself first.
func (r *Repository) Entries(ctx context.Context, tree string) ([]Entry, error) {
	out, err := r.run(ctx, "ls-tree", "-r", "-t", "-l", "-z", "--full-tree", tree)
	if err != nil {
		return nil, fmt.Errorf("listing tree %s: %w", tree, err)
	}
	return append([]Entry{{Kind: "tree", ID: tree}}, ParseEntries(out)...), nil
}

// ParseEntries reads the output of ls-tree -z, with sizes or without.
func ParseEntries(out string) []Entry {
	var entries []Entry
	for line := range strings.SplitSeq(out, "\x00") {
		about, path, ok := strings.Cut(line, "\t")
		fields := strings.Fields(about)
		if !ok || len(fields) < 3 {
			continue
		}
		e := Entry{Mode: fields[0], Kind: fields[1], ID: fields[2], Path: path}
		if len(fields) > 3 {
			e.Size, _ = strconv.ParseInt(fields[3], 10, 64) // "-" for what is no blob
		}
		entries = append(entries, e)
	}
	return entries
}

// Pack writes a packfile of just these objects to w.
func (r *Repository) Pack(ctx context.Context, ids []string, w io.Writer) error {
	c := gitCommand(r.dir, "pack-objects", "--stdout", "-q", "--delta-base-offset")
	c.Stdin = strings.NewReader(strings.Join(ids, "\n") + "\n")
	if err := explain(c.Run(ctx, w, nil), r.dir); err != nil {
		return fmt.Errorf("packing %d objects: %w", len(ids), err)
	}
	return nil
}

// Changed are the paths in which two trees or commits differ, sorted, relative
// to the trees.
func (r *Repository) Changed(ctx context.Context, a, b string) ([]string, error) {
	out, err := r.run(ctx, "diff-tree", "-r", "-z", "--name-only", "--no-renames", a, b, "--")
	if err != nil {
		return nil, fmt.Errorf("comparing %s and %s: %w", a, b, err)
	}
	paths := strings.Split(strings.TrimSuffix(out, "\x00"), "\x00")
	paths = slices.DeleteFunc(paths, func(p string) bool { return p == "" })
	slices.Sort(paths)
	return paths, nil
}

// pointerStart is how a file begins whose content is in Git LFS, and
// pointerMost the most bytes it has.
// https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md
const (
	pointerStart = "version https://git-lfs.github.com/spec/"
	pointerMost  = 1024
)

// Pointer is the path of the first of entries that is a Git LFS pointer, or "".
func (r *Repository) Pointer(ctx context.Context, entries []Entry) (string, error) {
	var small []Entry
	var ids strings.Builder
	for _, e := range entries {
		if e.Kind == "blob" && e.Size > int64(len(pointerStart)) && e.Size < pointerMost {
			small = append(small, e)
			fmt.Fprintln(&ids, e.ID)
		}
	}
	if len(small) == 0 {
		return "", nil
	}
	c := gitCommand(r.dir, "cat-file", "--batch", "--buffer")
	c.Stdin = strings.NewReader(ids.String())
	out, err := c.Output(ctx)
	if err != nil {
		return "", fmt.Errorf("reading files: %w", explain(err, r.dir))
	}
	for _, e := range small {
		header, rest, _ := bytes.Cut(out, []byte("\n"))
		if !bytes.HasPrefix(header, []byte(e.ID+" blob ")) || int64(len(rest)) < e.Size+1 {
			return "", fmt.Errorf("reading file %q: git answered %.100q", e.Path, header)
		}
		if bytes.HasPrefix(rest, []byte(pointerStart)) {
			return e.Path, nil
		}
		out = rest[e.Size+1:]
	}
	return "", nil
}
