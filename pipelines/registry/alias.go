package registry

import (
	"context"
	"errors"
	"net/http"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
)

// Alias gives the manifest with that digest, which is in the repository already,
// the tag. Nothing is uploaded but the manifest's own bytes. A tag that has the
// digest already is left alone; one that has another is a *TagConflict.
func (c *Client) Alias(ctx context.Context, repository, digest, tag string) error {
	repo, err := c.names.repository(repository)
	if err != nil {
		return err
	}
	ref, err := tagged(repo, tag)
	if err != nil {
		return err
	}
	by, err := digested(repo, digest)
	if err != nil {
		return err
	}
	switch existing, err := c.store.head(ctx, ref); {
	case err == nil:
		return sameTag(ref, existing.Digest, digest)
	case !errors.Is(err, ErrNotFound):
		return err
	}
	m, err := c.store.manifest(ctx, by)
	if err != nil {
		return err
	}
	err = c.store.put(ctx, ref, m)
	if err != nil && tagRejected(err) {
		if existing, headErr := c.store.head(ctx, ref); headErr == nil {
			return sameTag(ref, existing.Digest, digest)
		}
	}
	return err
}

func sameTag(ref name.Tag, existing, wanted string) error {
	if existing == wanted {
		return nil
	}
	return &TagConflict{Reference: shown(ref), Existing: existing, Wanted: wanted}
}

// tagRejected says that the registry may have refused to overwrite a tag:
// immutable tags are 400 with Amazon ECR, 403, 409 or 412 with others. Whether
// the tag exists tells.
func tagRejected(err error) bool {
	var refused *transport.Error
	if !errors.As(err, &refused) {
		return false
	}
	switch refused.StatusCode {
	case http.StatusBadRequest, http.StatusForbidden, http.StatusConflict, http.StatusPreconditionFailed:
		return true
	}
	return false
}
