package compose

import (
	"context"
	"fmt"
	"io"
	"maps"
	"path"
	"slices"

	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/compose/container"
	"git.example/slipway/pipelines/deploy/compose/hostfiles"
	"git.example/slipway/pipelines/deploy/compose/stack"
	"git.example/slipway/pipelines/shell"
)

// Prune removes the images and files of releases that nobody goes back to.
// An image that a container still uses stays: docker refuses to remove it.
func (t *Target) Prune(ctx context.Context, drop, keep []deploy.Desired, log io.Writer) error {
	images, files := map[string]bool{}, map[string]bool{}
	for _, d := range drop {
		for _, image := range d.Images {
			images[image.Reference] = true
		}
		files[t.stack.ReleaseDir(d)] = true
	}
	for _, d := range keep {
		for _, image := range d.Images {
			delete(images, image.Reference)
		}
		delete(files, t.stack.ReleaseDir(d))
	}
	for _, reference := range slices.Sorted(maps.Keys(images)) {
		s := &stack.Script{}
		s.Raw(shell.Words("docker", "image", "inspect", reference) + " >/dev/null 2>&1 || exit 0")
		s.Line("docker", "image", "rm", reference)
		if err := t.stack.Run(ctx, s, log, nil); err != nil {
			fmt.Fprintf(log, "keeping %s: %v\n", container.ShortReference(reference), stack.Failure(err))
		}
	}
	for _, dir := range slices.Sorted(maps.Keys(files)) {
		if err := t.stack.Host.Remove(ctx, path.Clean(dir)); err != nil {
			return fmt.Errorf("removing the files of an old release: %w", err)
		}
	}
	return hostfiles.Prune(ctx, t.stack)
}
