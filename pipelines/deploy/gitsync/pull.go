package gitsync

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"git.example/slipway/pipelines/command"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/git"
	"git.example/slipway/pipelines/report"
)

// Pull brings the objects of the commits to the host. A host that has them is
// asked once and told nothing.
func (t *Target) Pull(ctx context.Context, d deploy.Desired, log io.Writer) error {
	if len(d.Sync) == 0 {
		return nil
	}
	have, err := t.ready(ctx, d.Sync)
	if err != nil {
		return err
	}
	for _, l := range d.Sync {
		known := have[refOf(l)]
		if known != "" && (l.Tree == "" || l.Tree == known) {
			continue
		}
		if err := t.send(ctx, l, log); err != nil {
			return err
		}
	}
	return nil
}

// refOf names a layer's tree in the host's repository: refs to trees, not
// commits, so that history need not be there.
func refOf(l deploy.Layer) string {
	if l.Commit == "" {
		return "refs/slipway/adopted/" + l.Tree
	}
	from := sha256.Sum256([]byte(l.From))
	return "refs/slipway/commits/" + hex.EncodeToString(from[:4]) + "/" + l.Commit
}

// ready makes the host's repository if it has none, and reads which trees it
// has.
func (t *Target) ready(ctx context.Context, layers []deploy.Layer) (map[string]string, error) {
	s := t.begin()
	s.Raw("plain_git")
	s.Set("format", objectFormat(layers))
	s.Raw(initialize)
	s.Raw(`g for-each-ref --format='%(refname) %(objectname)' refs/slipway`)
	var out bytes.Buffer
	if err := t.run(ctx, s, &out); err != nil {
		return nil, fmt.Errorf("preparing %q on the host: %w", t.State, err)
	}
	have := map[string]string{}
	for line := range strings.Lines(out.String()) {
		if name, tree, ok := strings.Cut(strings.TrimSpace(line), " "); ok {
			have[name] = tree
		}
	}
	return have, nil
}

// initialize makes the repository. Attributes in it go before those of the
// files, so no filter and no line end conversion is ever applied. Python's
// caches are what readers of a directory leave in it.
const initialize = `
mkdir -p "$state/trees" "$state/index"
if [ ! -f "$repo/slipway" ]; then
	option=
	[ "$format" = sha1 ] || option=--object-format=$format
	git init -q --bare --template= $option "$repo"
	mkdir -p "$repo/info"
	echo '* -text !eol -ident !filter !working-tree-encoding' >"$repo/info/attributes"
	printf '%s\n' __pycache__/ '*.pyc' >"$repo/info/exclude"
	for setting in core.fileMode=true core.symlinks=true core.autocrlf=false gc.auto=2000 gc.autoPackLimit=20 gc.autoDetach=false gc.pruneExpire=1.hour.ago; do
		g config "${setting%%=*}" "${setting#*=}"
	done
	: >"$repo/slipway"
fi
`

// objectFormat is the hash that ids of this length are of.
func objectFormat(layers []deploy.Layer) string {
	for _, l := range layers {
		if len(l.Commit) == sha256.Size*2 {
			return "sha256"
		}
	}
	return "sha1"
}

// send sends what the host does not have of a tree.
func (t *Target) send(ctx context.Context, l deploy.Layer, log io.Writer) error {
	what := layerText(l)
	switch {
	case l.Commit == "":
		return fmt.Errorf("the host has lost %s", what)
	case l.Tree == "" || t.Repo == nil:
		return fmt.Errorf("%s is not on the host any more, and this clone does not have it; fetch it first (in CI: check out that commit)", what)
	}
	entries, err := t.Repo.Entries(ctx, l.Tree)
	if err != nil {
		return err
	}
	ids, err := carried(entries)
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	missing, err := t.missing(ctx, ids)
	if err != nil {
		return err
	}
	if at, err := t.pointer(ctx, entries, missing); err != nil {
		return err
	} else if at != "" {
		return fmt.Errorf("%s: %q is in Git LFS, which git sync does not carry: commit the file itself, or put it into an image", what, at)
	}
	if err := deploy.Again(ctx, func() error { return t.sendPack(ctx, l, missing) }); err != nil {
		// Should what the host has be damaged, it gets all of it once more.
		if context.Cause(ctx) != nil || len(missing) == len(ids) {
			return err
		}
		if again := t.sendPack(ctx, l, ids); again != nil {
			return errors.Join(err, again)
		}
	}
	fmt.Fprintf(log, "%s: sent %s\n", what, report.Count(len(missing), "object"))
	return nil
}

// carried are the ids of the entries, each once. A submodule can't be carried.
func carried(entries []git.Entry) ([]string, error) {
	ids := make([]string, 0, len(entries))
	for _, e := range entries {
		if e.Kind == "commit" {
			return nil, fmt.Errorf("%q is a submodule, which git sync can't carry: put its files into this repository, or sync another directory", e.Path)
		}
		ids = append(ids, e.ID)
	}
	slices.Sort(ids)
	return slices.Compact(ids), nil
}

// pointer looks for a Git LFS pointer among what is new to the host.
func (t *Target) pointer(ctx context.Context, entries []git.Entry, missing []string) (string, error) {
	fresh := make(map[string]bool, len(missing))
	for _, id := range missing {
		fresh[id] = true
	}
	var look []git.Entry
	for _, e := range entries {
		if fresh[e.ID] {
			look = append(look, e)
		}
	}
	return t.Repo.Pointer(ctx, look)
}

// missing are those of ids that the host does not have. It is asked for
// objects, not for commits: so a clone needs no history, and nothing travels
// twice.
func (t *Target) missing(ctx context.Context, ids []string) ([]string, error) {
	var out bytes.Buffer
	err := deploy.Again(ctx, func() error {
		out.Reset()
		return t.Host.Run(ctx, command.Command{
			Args:  []string{"sh", "-c", `git --git-dir="$1" cat-file --buffer --batch-check='%(objectname)' | sed -n 's/ missing$//p'`, "sh", t.State + "/repo.git"},
			Stdin: strings.NewReader(strings.Join(ids, "\n") + "\n"),
		}, &out, nil)
	})
	if err != nil {
		return nil, fmt.Errorf("asking the host for what it has: %w", said(err))
	}
	return strings.Fields(out.String()), nil
}

// sendPack sends objects, and names the tree once all of it is there.
func (t *Target) sendPack(ctx context.Context, l deploy.Layer, ids []string) error {
	receive := `set -e
if [ "$4" != 0 ]; then git --git-dir="$1" index-pack --stdin >/dev/null; fi
git --git-dir="$1" rev-list --objects --quiet "$2"
git --git-dir="$1" update-ref "$3" "$2"`
	c := command.Command{Args: []string{"sh", "-c", receive, "sh", t.State + "/repo.git", l.Tree, refOf(l), fmt.Sprint(len(ids))}}
	packed := make(chan error, 1)
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	read, write := io.Pipe()
	if len(ids) > 0 {
		c.Stdin = read
		go func() {
			err := t.Repo.Pack(ctx, ids, write)
			write.CloseWithError(err)
			if err != nil {
				cancel(err) // the host must not take half a pack for a whole one
			}
			packed <- err
		}()
	} else {
		packed <- nil
	}
	err := said(t.Host.Run(ctx, c, nil, nil))
	read.CloseWithError(io.ErrClosedPipe)
	own := <-packed
	if err != nil {
		return fmt.Errorf("sending %s to the host: %w", layerText(l), err)
	}
	return own
}
