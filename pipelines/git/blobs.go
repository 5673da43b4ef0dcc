package git

import (
	"bytes"
	"context"
	"crypto/sha1"
	"crypto/sha256"
	"fmt"
	"strconv"
	"strings"

	"git.example/slipway/pipelines/command"
)

// Files are the files of a commit.
type Files struct {
	repository *Repository
	commit     string
}

// FilesOf are the files of a full commit. One that this clone does not have wraps
// ErrNotHere.
func (r *Repository) FilesOf(ctx context.Context, commit string) (Files, error) {
	_, err := r.Tree(ctx, commit, "")
	return Files{r, commit}, err
}

// plainly is git reading objects as they are, whatever this clone has in their place
// (git replace).
func (f Files) plainly(args ...string) command.Command {
	c := gitCommand(f.repository.dir, args...)
	c.Env = append(c.Env, "GIT_NO_REPLACE_OBJECTS=1")
	return c
}

// IDs are the objects of the files at paths, which are relative to the top of the
// repository. Symbolic links are followed inside of it. What is no file of the commit
// is left out.
func (f Files) IDs(ctx context.Context, paths []string) (map[string]string, error) {
	c := f.plainly("cat-file", "--batch-check=%(objectname) %(objecttype)", "--follow-symlinks")
	var asked strings.Builder
	for _, path := range paths {
		fmt.Fprintf(&asked, "%s:%s\n", f.commit, path)
	}
	c.Stdin = strings.NewReader(asked.String())
	out, err := c.Output(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading the files of commit %s: %w", f.commit, explain(err, f.repository.dir))
	}
	ids := map[string]string{}
	for _, path := range paths {
		line, rest, _ := bytes.Cut(out, []byte("\n"))
		first, second, _ := strings.Cut(string(line), " ")
		switch first {
		case "symlink", "dangling", "loop", "notdir": // then comes a path of that many bytes
			size, err := strconv.Atoi(second)
			if err != nil || size < 0 || size >= len(rest) {
				return nil, fmt.Errorf("reading file %q: git answered %.100q", path, line)
			}
			rest = rest[size+1:]
		default:
			if second == "blob" {
				ids[path] = first
			}
		}
		out = rest
	}
	return ids, nil
}

// Below are the files of the commit at these paths and below them, by path, links and
// submodules among them.
func (f Files) Below(ctx context.Context, paths []string) (map[string]Entry, error) {
	out, err := f.plainly(append([]string{"ls-tree", "-r", "-z", "--full-tree", f.commit, "--"}, paths...)...).Output(ctx)
	if err != nil {
		return nil, fmt.Errorf("listing the files of commit %s: %w", f.commit, explain(err, f.repository.dir))
	}
	found := map[string]Entry{}
	for _, e := range ParseEntries(string(out)) {
		found[e.Path] = e
	}
	return found, nil
}

// Holds says that content is that of the file whose object is id: as git has it, as
// a checkout writes it by the repository's attributes, or, for a pointer, as Git LFS
// has it.
func (f Files) Holds(ctx context.Context, path, id string, content []byte) (bool, error) {
	if objectID(content, len(id)) == id || objectID(pointerTo(content), len(id)) == id {
		return true, nil
	}
	c := f.plainly("hash-object", "--stdin", "--path="+path)
	c.Stdin = bytes.NewReader(content)
	out, err := c.Output(ctx)
	if err != nil {
		return false, fmt.Errorf("reading %q as git does: %w", path, explain(err, f.repository.dir))
	}
	return strings.TrimSpace(string(out)) == id, nil
}

// objectID is the id of content as a blob: SHA-1, or SHA-256 where ids have 64
// characters.
func objectID(content []byte, length int) string {
	sum := sha1.New()
	if length == 2*sha256.Size {
		sum = sha256.New()
	}
	fmt.Fprintf(sum, "blob %d\x00", len(content))
	sum.Write(content)
	return fmt.Sprintf("%x", sum.Sum(nil))
}

// pointerTo is what Git LFS puts in the place of content.
func pointerTo(content []byte) []byte {
	return fmt.Appendf(nil, "%sv1\noid sha256:%x\nsize %d\n", pointerStart, sha256.Sum256(content), len(content))
}
