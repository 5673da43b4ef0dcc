package registry

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"golang.org/x/sync/errgroup"
)

// copyParallel is how many blobs one Copy moves at once.
const copyParallel = 4

// Copy brings the image source ("host/path@sha256:…") into the repository
// destination: the whole index, with all platforms and attestations, byte for
// byte. Within one registry the blobs are mounted and no bytes move; between
// registries each missing blob is streamed once. It writes no tag, so a copy that
// ends half-way leaves none; its manifest is written last.
func (c *Client) Copy(ctx context.Context, source, destination string) error {
	from, err := c.reference(source)
	if err != nil {
		return err
	}
	by, ok := from.(name.Digest)
	if !ok {
		return fmt.Errorf("copying %q: a copy is by digest; resolve the tag first", source)
	}
	to, err := c.repository(destination)
	if err != nil {
		return err
	}
	if to.Name() == by.Context().Name() {
		return nil
	}
	target := to.Digest(by.DigestStr())
	switch _, err := c.head(ctx, target); {
	case err == nil:
		return nil
	case !errors.Is(err, ErrNotFound):
		return err
	}
	tree, err := c.tree(ctx, by)
	if err != nil {
		return err
	}
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(copyParallel)
	for _, blob := range tree.blobs {
		group.Go(func() error { return c.copyBlob(groupCtx, by.Context(), to, blob) })
	}
	if err := group.Wait(); err != nil {
		return err
	}
	for _, m := range tree.manifests {
		if err := c.put(ctx, to.Digest(m.digest), m); err != nil {
			return err
		}
	}
	// By digest, head checks that the registry has computed the same one.
	_, err = c.head(ctx, target)
	return err
}

// tree is all that belongs to an image.
type tree struct {
	// manifests in the order to write them: what others refer to comes first.
	manifests []manifest
	blobs     map[v1.Hash]v1.Descriptor
}

// tree reads the manifests under root.
func (c *Client) tree(ctx context.Context, root name.Digest) (*tree, error) {
	t := &tree{blobs: map[v1.Hash]v1.Descriptor{}}
	seen := map[string]bool{}
	var visit func(name.Digest) error
	visit = func(ref name.Digest) error {
		if seen[ref.DigestStr()] {
			return nil
		}
		seen[ref.DigestStr()] = true
		m, err := c.manifest(ctx, ref)
		if err != nil {
			return err
		}
		children, err := t.add(m)
		if err != nil {
			return fmt.Errorf("reading the manifest of %q: %w", shown(ref), err)
		}
		for _, child := range children {
			if err := visit(ref.Context().Digest(child.String())); err != nil {
				return err
			}
		}
		t.manifests = append(t.manifests, m)
		return nil
	}
	return t, visit(root)
}

// add collects the blobs of m and returns the manifests that it refers to.
func (t *tree) add(m manifest) (children []v1.Hash, err error) {
	var parsed struct {
		Manifests []v1.Descriptor `json:"manifests"`
		Config    *v1.Descriptor  `json:"config"`
		Layers    []v1.Descriptor `json:"layers"`
	}
	if err := json.Unmarshal(m.raw, &parsed); err != nil {
		return nil, err
	}
	blobs := parsed.Layers
	if parsed.Config != nil {
		blobs = append(blobs, *parsed.Config)
	}
	for _, child := range parsed.Manifests {
		if child.MediaType.IsIndex() || child.MediaType.IsImage() {
			children = append(children, child.Digest)
		} else {
			blobs = append(blobs, child)
		}
	}
	for _, blob := range blobs {
		if blob.MediaType.IsDistributable() {
			t.blobs[blob.Digest] = blob
		}
	}
	return children, nil
}

func (c *Client) copyBlob(ctx context.Context, from, to name.Repository, blob v1.Descriptor) error {
	if from.RegistryStr() == to.RegistryStr() {
		return c.uploadBlob(ctx, from, to, blob, &from)
	}
	return c.placed.put(ctx, to, blob.Digest,
		func() error { return c.uploadBlob(ctx, from, to, blob, nil) },
		func(has name.Repository) error { return c.uploadBlob(ctx, from, to, blob, &has) })
}

// uploadBlob brings a blob from one repository to another: by a mount from a
// repository of the same registry that has it, when there is one and the
// registry does that, else by its bytes.
func (c *Client) uploadBlob(ctx context.Context, from, to name.Repository, blob v1.Descriptor, has *name.Repository) error {
	doing := fmt.Sprintf("copying blob %s from %q to %q", blob.Digest, shown(from), shown(to))
	return c.retry(ctx, doing, to, 0, func(ctx context.Context) error {
		source, err := c.reading(ctx, from)
		if err != nil {
			return &readError{from, err}
		}
		remoteLayer, err := source.puller.Layer(ctx, from.Digest(blob.Digest.String()))
		if err != nil {
			return &readError{from, err}
		}
		var layer v1.Layer = copied{Layer: remoteLayer, from: from, descriptor: blob}
		var mountable []name.Repository
		if has != nil {
			layer = &remote.MountableLayer{Layer: layer, Reference: has.Digest(blob.Digest.String())}
			mountable = append(mountable, *has)
		}
		target, err := c.writing(ctx, to, mountable...)
		if err != nil {
			return err
		}
		return target.pusher.Upload(ctx, to, layer)
	})
}

// copied is a blob on its way from one registry to another. Its size is known
// from the manifest.
type copied struct {
	v1.Layer
	from       name.Repository
	descriptor v1.Descriptor
}

func (b copied) Size() (int64, error) { return b.descriptor.Size, nil }

func (b copied) MediaType() (types.MediaType, error) { return b.descriptor.MediaType, nil }

func (b copied) Compressed() (io.ReadCloser, error) {
	body, err := b.Layer.Compressed()
	if err != nil {
		return nil, &readError{b.from, err}
	}
	return body, nil
}

// readError is an error of the registry that is read from, while writing to another.
type readError struct {
	repo name.Repository
	err  error
}

func (e *readError) Error() string { return e.err.Error() }

func (e *readError) Unwrap() error { return e.err }
