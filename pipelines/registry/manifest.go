package registry

import (
	"context"
	"fmt"
	"io"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// manifest is a manifest's bytes, which are never re-encoded: the digest is theirs.
type manifest struct {
	raw       []byte
	mediaType string
	digest    string
}

// RawManifest and MediaType let go-containerregistry put it as it is.
func (m manifest) RawManifest() ([]byte, error) { return m.raw, nil }

func (m manifest) MediaType() (types.MediaType, error) { return types.MediaType(m.mediaType), nil }

func (m manifest) index() bool { return types.MediaType(m.mediaType).IsIndex() }

// manifest reads the manifest of ref. By digest, the bytes are verified.
func (c *Client) manifest(ctx context.Context, ref name.Reference) (m manifest, err error) {
	doing := fmt.Sprintf("reading the manifest of %q", shown(ref))
	err = c.retry(ctx, doing, ref.Context(), requestTimeout, func(ctx context.Context) error {
		s, err := c.reading(ctx, ref.Context())
		if err != nil {
			return err
		}
		m, err = getOnce(ctx, s, ref)
		return err
	})
	return m, err
}

func getOnce(ctx context.Context, s *session, ref name.Reference) (manifest, error) {
	d, err := s.puller.Get(ctx, ref)
	if err != nil {
		return manifest{}, err
	}
	return manifest{raw: d.Manifest, mediaType: string(d.MediaType), digest: d.Digest.String()}, nil
}

// put writes m under ref, a tag or its digest.
func (c *Client) put(ctx context.Context, ref name.Reference, m manifest) error {
	doing := fmt.Sprintf("writing the manifest of %q", shown(ref))
	return c.retry(ctx, doing, ref.Context(), requestTimeout, func(ctx context.Context) error {
		s, err := c.writing(ctx, ref.Context())
		if err != nil {
			return err
		}
		return s.pusher.Put(ctx, ref, m)
	})
}

// maxBlob is the largest blob that is read into memory: configs and the files of
// small artifacts.
const maxBlob = 64 << 20

// blob reads a small blob; its digest and size are verified.
func (c *Client) blob(ctx context.Context, repo name.Repository, d v1.Descriptor) (content []byte, err error) {
	doing := fmt.Sprintf("reading blob %s of %q", d.Digest, shown(repo))
	if d.Size > maxBlob {
		return nil, fmt.Errorf("%s: it has %d bytes, and at most %d are read", doing, d.Size, maxBlob)
	}
	err = c.retry(ctx, doing, repo, requestTimeout, func(ctx context.Context) error {
		s, err := c.reading(ctx, repo)
		if err != nil {
			return err
		}
		layer, err := s.puller.Layer(ctx, repo.Digest(d.Digest.String()))
		if err != nil {
			return err
		}
		body, err := layer.Compressed()
		if err != nil {
			return err
		}
		defer func() { _ = body.Close() }()
		content, err = io.ReadAll(body)
		return err
	})
	return content, err
}
