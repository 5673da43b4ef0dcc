package registry

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
)

// Deletion is what became of a tag that was to be deleted.
type Deletion string

// The outcomes of DeleteTag.
const (
	Deleted Deletion = "deleted"
	Absent  Deletion = "absent"
	// Unsupported is a registry that deletes no tags.
	Unsupported Deletion = "unsupported"
	// Denied is a login that may not delete.
	Denied Deletion = "denied"
)

// DeleteTag deletes a tag, and not the manifest that it stands for, where the
// registry can and allows that. Give the manifest its other tags before: some
// registries drop a manifest with its last tag.
func (c *Client) DeleteTag(ctx context.Context, repository, tag string) (Deletion, error) {
	repo, err := c.names.repository(repository)
	if err != nil {
		return "", err
	}
	ref, err := tagged(repo, tag)
	if err != nil {
		return "", err
	}
	err = c.access.remove(ctx, fmt.Sprintf("deleting tag %q", shown(ref)), repo, func(ctx context.Context, s *session) error {
		return s.pusher.Delete(ctx, ref)
	})
	var refused *transport.Error
	switch {
	case err == nil:
		return Deleted, nil
	case errors.Is(err, ErrNotFound):
		return Absent, nil
	case errors.Is(err, ErrDenied):
		return Denied, nil
	case errors.As(err, &refused) && (refused.StatusCode == http.StatusBadRequest || refused.StatusCode == http.StatusMethodNotAllowed || refused.StatusCode == http.StatusNotImplemented):
		return Unsupported, nil
	}
	return "", err
}
