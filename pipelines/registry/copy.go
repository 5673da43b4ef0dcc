package registry

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/go-containerregistry/pkg/name"
	"golang.org/x/sync/errgroup"
)

// Copy brings the image source ("host/path@sha256:…") into the repository
// destination: the whole index, with all platforms and attestations, byte for
// byte. Within one registry the blobs are mounted and no bytes move; between
// registries each missing blob is streamed once. It writes no tag, so a copy that
// ends half-way leaves none; its manifest is written last.
func (c *Client) Copy(ctx context.Context, source, destination string) error {
	from, err := c.names.reference(source)
	if err != nil {
		return err
	}
	by, ok := from.(name.Digest)
	if !ok {
		return fmt.Errorf("copying %q: a copy is by digest; resolve the tag first", source)
	}
	to, err := c.names.repository(destination)
	if err != nil {
		return err
	}
	if to.Name() == by.Context().Name() {
		return nil
	}
	target := to.Digest(by.DigestStr())
	switch _, err := c.store.head(ctx, target); {
	case err == nil:
		return nil
	case !errors.Is(err, ErrNotFound):
		return err
	}
	tree, err := readTree(ctx, c.store, by)
	if err != nil {
		return err
	}
	blobs := blobCopy{access: c.access, placed: c.placed, from: by.Context(), to: to}
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(blobsAtOnce)
	for _, blob := range tree.blobs {
		group.Go(func() error { return blobs.copy(groupCtx, blob) })
	}
	if err := group.Wait(); err != nil {
		return err
	}
	for _, m := range tree.manifests {
		if err := c.store.put(ctx, to.Digest(m.digest), m); err != nil {
			return err
		}
	}
	// By digest, head checks that the registry has computed the same one.
	_, err = c.store.head(ctx, target)
	return err
}
