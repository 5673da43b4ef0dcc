package registry

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// blobCopy brings blobs from one repository into another.
type blobCopy struct {
	access   *access
	placed   *placed
	from, to name.Repository
}

// copy brings one there, in the cheapest way that there is.
func (c blobCopy) copy(ctx context.Context, blob v1.Descriptor) error {
	if c.from.RegistryStr() == c.to.RegistryStr() {
		return c.upload(ctx, blob, &c.from)
	}
	return c.placed.put(ctx, c.to, blob.Digest,
		func(ctx context.Context) error { return c.upload(ctx, blob, nil) },
		func(has name.Repository) error { return c.upload(ctx, blob, &has) })
}

// upload brings a blob there by a mount from a repository of the same registry
// that has it, when there is one and the registry does that, else by its bytes.
func (c blobCopy) upload(ctx context.Context, blob v1.Descriptor, has *name.Repository) error {
	doing := fmt.Sprintf("copying blob %s from %q to %q", blob.Digest, shown(c.from), shown(c.to))
	return c.access.retry.do(ctx, doing, c.to, func(ctx context.Context) error {
		source, err := c.access.sessions.reading(ctx, c.from)
		if err != nil {
			return &readError{c.from, err}
		}
		remoteLayer, err := source.puller.Layer(ctx, c.from.Digest(blob.Digest.String()))
		if err != nil {
			return &readError{c.from, err}
		}
		var layer v1.Layer = copied{Layer: remoteLayer, from: c.from, descriptor: blob}
		var mountable []name.Repository
		if has != nil {
			layer = &remote.MountableLayer{Layer: layer, Reference: has.Digest(blob.Digest.String())}
			mountable = append(mountable, *has)
		}
		target, err := c.access.sessions.writing(ctx, c.to, mountable...)
		if err != nil {
			return err
		}
		return target.pusher.Upload(ctx, c.to, layer)
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
	return source{body, b.from}, nil
}

// source is a blob that is being read: what fails there is not the target's fault.
type source struct {
	io.ReadCloser
	from name.Repository
}

func (s source) Read(p []byte) (int, error) {
	n, err := s.ReadCloser.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = &readError{s.from, err}
	}
	return n, err
}
