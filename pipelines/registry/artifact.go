package registry

import (
	"context"
	"errors"

	"github.com/google/go-containerregistry/pkg/name"
)

// Artifact is a handful of small files under a tag, such as a release record or
// a cached check result.
type Artifact struct {
	// Type is its media type.
	Type string
	// Files by name; at most 64 MiB each.
	Files map[string][]byte
	// Digest of its manifest; set by GetArtifact and PutArtifact.
	Digest string
}

// PutArtifact writes a, unless the tag exists: the first writer wins, and what
// the tag stands for is returned, with existed when that is another's. The same
// files give the same digest.
func (c *Client) PutArtifact(ctx context.Context, repository, tag string, a Artifact) (written Artifact, existed bool, err error) {
	return c.putArtifact(ctx, repository, tag, a, nil)
}

// beside are what has to be there beside an artifact before anybody can find it.
type beside struct {
	give func(ctx context.Context, digest string) ([]Referrer, error)
	// way is set to how the registry knows of it.
	way *Way
}

// putArtifact is PutArtifact of one that has others beside it; nil for none.
func (c *Client) putArtifact(ctx context.Context, repository, tag string, a Artifact, with *beside) (written Artifact, existed bool, err error) {
	repo, err := c.names.repository(repository)
	if err != nil {
		return Artifact{}, false, err
	}
	ref, err := tagged(repo, tag)
	if err != nil {
		return Artifact{}, false, err
	}
	winner := ""
	switch d, err := c.store.head(ctx, ref); {
	case err == nil:
		winner = d.Digest
	case !errors.Is(err, ErrNotFound):
		return Artifact{}, false, err
	}
	m, blobs, err := a.encode()
	if err != nil {
		return Artifact{}, false, err
	}
	if winner == "" {
		if err := uploadAll(ctx, c.store, repo, blobs); err != nil {
			return Artifact{}, false, err
		}
		if err := c.putBeside(ctx, repo, m, with); err != nil {
			return Artifact{}, false, err
		}
		if winner, err = c.claim(ctx, ref, m); err != nil {
			return Artifact{}, false, err
		}
	}
	if winner == m.digest {
		a.Digest = winner
		return a, false, nil
	}
	written, err = readArtifact(ctx, c.store, repo.Digest(winner), a.Type)
	return written, true, err
}

// putBeside writes the manifest without a tag, and what goes beside it.
func (c *Client) putBeside(ctx context.Context, repo name.Repository, m manifest, with *beside) error {
	if with == nil || with.give == nil {
		return nil
	}
	referrers, err := with.give(ctx, m.digest)
	if err != nil || len(referrers) == 0 {
		return err
	}
	if err := c.store.put(ctx, repo.Digest(m.digest), m); err != nil {
		return err
	}
	for _, r := range referrers {
		if *with.way, err = c.putReferrer(ctx, repo, m, int64(len(m.raw)), r); err != nil {
			return err
		}
	}
	return nil
}

// GetArtifact reads the artifact under the tag and verifies its digests. One of
// another type is an error; none is ErrNotFound.
func (c *Client) GetArtifact(ctx context.Context, repository, tag, artifactType string) (Artifact, error) {
	repo, err := c.names.repository(repository)
	if err != nil {
		return Artifact{}, err
	}
	ref, err := tagged(repo, tag)
	if err != nil {
		return Artifact{}, err
	}
	return readArtifact(ctx, c.store, ref, artifactType)
}
