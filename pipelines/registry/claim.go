package registry

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
)

// Claim gives the manifest with that digest the tag, unless another writer has
// been first, and returns the digest that the tag stands for: the winner's, the
// same for all writers.
//
// Registries can't compare and swap, so this is Fischer's algorithm: read the
// tag; if it is free, write it; wait; what stands then is the winner. That is
// right as long as every writer's write lands within the wait after its read. So
// the manifest is fetched before, read and write follow each other directly and
// are tried again only together, and the wait is five times what they took, and
// at least Options.Settle. A tag that exists is waited for too: its writer may
// have been overwritten by one that read at the same time.
func (c *Client) Claim(ctx context.Context, repository, digest, tag string) (winner string, err error) {
	repo, err := c.names.repository(repository)
	if err != nil {
		return "", err
	}
	ref, err := tagged(repo, tag)
	if err != nil {
		return "", err
	}
	by, err := digested(repo, digest)
	if err != nil {
		return "", err
	}
	m, err := c.store.manifest(ctx, by)
	if err != nil {
		return "", err
	}
	return c.claim(ctx, ref, m)
}

// claim is Claim of a manifest whose bytes are at hand.
func (c *Client) claim(ctx context.Context, ref name.Tag, m manifest) (string, error) {
	var took time.Duration
	err := c.access.write(ctx, fmt.Sprintf("claiming tag %q", shown(ref)), ref.Context(), func(ctx context.Context, s *session) error {
		start := time.Now()
		err := putIfFree(ctx, s, ref, m)
		took = time.Since(start)
		return err
	})
	if err != nil {
		return "", err
	}
	select {
	case <-ctx.Done():
		return "", fmt.Errorf("claiming tag %q: %w", shown(ref), context.Cause(ctx))
	case <-time.After(max(c.settle, 5*took)):
	}
	d, err := c.store.head(ctx, ref)
	return d.Digest, err
}

// putIfFree writes m under ref if nothing stands there.
func putIfFree(ctx context.Context, s *session, ref name.Tag, m manifest) error {
	_, err := s.puller.Head(ctx, ref)
	var refused *transport.Error
	if err == nil || !errors.As(err, &refused) || refused.StatusCode != http.StatusNotFound {
		return err
	}
	err = s.pusher.Put(ctx, ref, m)
	if err != nil && tagRejected(err) {
		if _, headErr := s.puller.Head(ctx, ref); headErr == nil {
			return nil // another writer was first, and the registry keeps its tags
		}
	}
	return err
}
