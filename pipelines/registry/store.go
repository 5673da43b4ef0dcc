package registry

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
)

// store reads and writes the manifests and blobs of repositories.
type store struct{ access *access }

// head asks without reading the manifest; a refusal is asked for again with a
// GET, because an answer to HEAD can't say why.
func (s *store) head(ctx context.Context, ref name.Reference) (d Descriptor, err error) {
	err = s.access.read(ctx, fmt.Sprintf("resolving %q", shown(ref)), ref.Context(), func(ctx context.Context, with *session) error {
		d, err = headOnce(ctx, with, ref)
		return err
	})
	return d, err
}

func headOnce(ctx context.Context, s *session, ref name.Reference) (Descriptor, error) {
	found, err := s.puller.Head(ctx, ref)
	if err == nil {
		return Descriptor{Digest: found.Digest.String(), MediaType: string(found.MediaType), Size: found.Size}, nil
	}
	var refused *transport.Error
	if !errors.As(err, &refused) && ctx.Err() == nil && !unreachable(err) || refused != nil && refused.StatusCode != http.StatusNotFound {
		m, err := getOnce(ctx, s, ref)
		return Descriptor{Digest: m.digest, MediaType: m.mediaType, Size: int64(len(m.raw))}, err
	}
	return Descriptor{}, err
}

// manifest reads the manifest of ref. By digest, the bytes are verified.
func (s *store) manifest(ctx context.Context, ref name.Reference) (m manifest, err error) {
	err = s.access.read(ctx, fmt.Sprintf("reading the manifest of %q", shown(ref)), ref.Context(), func(ctx context.Context, with *session) error {
		m, err = getOnce(ctx, with, ref)
		return err
	})
	return m, err
}

func getOnce(ctx context.Context, s *session, ref name.Reference) (manifest, error) {
	d, err := s.puller.Get(ctx, ref)
	if err != nil {
		return manifest{}, err
	}
	return checkManifest(manifest{raw: d.Manifest, mediaType: string(d.MediaType), digest: d.Digest.String()})
}

// put writes m under ref, a tag or its digest.
func (s *store) put(ctx context.Context, ref name.Reference, m manifest) error {
	return s.access.write(ctx, fmt.Sprintf("writing the manifest of %q", shown(ref)), ref.Context(), func(ctx context.Context, with *session) error {
		return with.pusher.Put(ctx, ref, m)
	})
}

// blob reads a small blob; its digest and size are verified.
func (s *store) blob(ctx context.Context, repo name.Repository, d v1.Descriptor) (content []byte, err error) {
	doing := fmt.Sprintf("reading blob %s of %q", d.Digest, shown(repo))
	if d.Size > maxBlob {
		return nil, fmt.Errorf("%s: it has %d bytes, and at most %d are read", doing, d.Size, maxBlob)
	}
	err = s.access.read(ctx, doing, repo, func(ctx context.Context, with *session) error {
		layer, err := with.puller.Layer(ctx, repo.Digest(d.Digest.String()))
		if err != nil {
			return err
		}
		body, err := layer.Compressed()
		if err != nil {
			return err
		}
		defer func() { _ = body.Close() }()
		content, err = io.ReadAll(io.LimitReader(body, maxBlob+1))
		return err
	})
	return content, err
}

// upload brings a blob into repo.
func (s *store) upload(ctx context.Context, repo name.Repository, digest v1.Hash, blob v1.Layer) error {
	doing := fmt.Sprintf("uploading blob %s to %q", digest, shown(repo))
	return s.access.retry.do(ctx, doing, repo, func(ctx context.Context) error {
		with, err := s.access.sessions.writing(ctx, repo)
		if err != nil {
			return err
		}
		return with.pusher.Upload(ctx, repo, blob)
	})
}
