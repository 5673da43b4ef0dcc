package gitsync

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"git.example/slipway/pipelines/command"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/report"
)

// sender brings the objects of commits to a host.
type sender struct {
	remote remote
	repo   Repository
}

// pull sends what the host does not have of a release.
func (p sender) pull(ctx context.Context, d deploy.Desired, log io.Writer) error {
	if len(d.Sync) == 0 {
		return nil
	}
	have, err := p.remote.prepare(ctx, d.Sync)
	if err != nil {
		return err
	}
	for _, l := range d.Sync {
		known := have[layerRef(l)]
		if known != "" && (l.Tree == "" || l.Tree == known) {
			continue
		}
		if err := p.send(ctx, l, log); err != nil {
			return err
		}
	}
	return nil
}

// send sends what the host does not have of a tree.
func (p sender) send(ctx context.Context, l deploy.Layer, log io.Writer) error {
	what := layerText(l)
	switch {
	case l.Commit == "":
		return fmt.Errorf("the host has lost %s", what)
	case l.Tree == "" || p.repo == nil:
		return fmt.Errorf("%s is not on the host any more, and this clone does not have it; fetch it first (in CI: check out that commit)", what)
	}
	entries, err := p.repo.Entries(ctx, l.Tree)
	if err != nil {
		return err
	}
	ids, err := carried(entries)
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	missing, err := p.missing(ctx, ids)
	if err != nil {
		return err
	}
	if at, err := p.pointer(ctx, entries, missing); err != nil {
		return err
	} else if at != "" {
		return fmt.Errorf("%s: %q is in Git LFS, which git sync does not carry: commit the file itself, or put it into an image", what, at)
	}
	if err := deploy.Again(ctx, func() error { return p.sendPack(ctx, l, missing) }); err != nil {
		// Should what the host has be damaged, it gets all of it once more.
		if context.Cause(ctx) != nil || len(missing) == len(ids) {
			return err
		}
		if again := p.sendPack(ctx, l, ids); again != nil {
			return errors.Join(err, again)
		}
	}
	fmt.Fprintf(log, "%s: sent %s\n", what, report.Count(len(missing), "object"))
	return nil
}

// missing are those of ids that the host does not have. It is asked for
// objects, not for commits: so a clone needs no history, and nothing travels
// twice.
func (p sender) missing(ctx context.Context, ids []string) ([]string, error) {
	var out bytes.Buffer
	err := deploy.Again(ctx, func() error {
		out.Reset()
		return p.remote.host.Run(ctx, command.Command{
			Args:  p.remote.reading(`g cat-file --batch-check | sed -n 's/ missing$//p'`),
			Stdin: strings.NewReader(strings.Join(ids, "\n") + "\n"),
		}, &out, nil)
	})
	if err != nil {
		return nil, fmt.Errorf("asking the host for what it has: %w", said(err))
	}
	return strings.Fields(out.String()), nil
}

// sendPack sends objects, and names the tree once all of it is there.
func (p sender) sendPack(ctx context.Context, l deploy.Layer, ids []string) error {
	receive := leftovers + `tidy
if [ "$3" != 0 ]; then g index-pack --stdin >/dev/null; fi
g rev-list --objects --quiet "$1"
g update-ref "$2" "$1"`
	c := command.Command{Args: p.remote.reading(receive, l.Tree, layerRef(l), fmt.Sprint(len(ids)))}
	packed := make(chan error, 1)
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	read, write := io.Pipe()
	if len(ids) > 0 {
		c.Stdin = read
		go func() {
			err := p.repo.Pack(ctx, ids, write)
			write.CloseWithError(err)
			if err != nil {
				cancel(err) // the host must not take half a pack for a whole one
			}
			packed <- err
		}()
	} else {
		packed <- nil
	}
	err := said(p.remote.host.Run(ctx, c, nil, nil))
	read.CloseWithError(io.ErrClosedPipe)
	packErr := <-packed
	if err != nil {
		return fmt.Errorf("sending %s to the host: %w", layerText(l), err)
	}
	return packErr
}
