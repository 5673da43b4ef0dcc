package registry

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/static"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"golang.org/x/sync/errgroup"
)

// Referrer is something small that a registry keeps beside a manifest, such as a
// signature of it.
type Referrer struct {
	// Type is its artifact type, and that of its content.
	Type string
	// Content, at most 2 MiB.
	Content []byte
	// Annotations of its manifest.
	Annotations map[string]string
}

// Way is how a registry knows what refers to a manifest.
type Way string

// The ways.
const (
	// ReferrersAPI is the registry's own list.
	ReferrersAPI Way = "the registry's list of referrers"
	// ReferrersTag is an index under a tag made of the digest, for registries without
	// such a list. It is moved with each addition, so two that add at once may lose one.
	ReferrersTag Way = "the tag that stands for it where a registry has no list of referrers"
)

// mostReferrers bounds how many referrers of one manifest are read: whoever may push
// can add any number.
const mostReferrers = 100

// PutReferrer keeps r beside the manifest with that digest, and says in which way.
func (c *Client) PutReferrer(ctx context.Context, repository, digest string, r Referrer) (Way, error) {
	repo, err := c.names.repository(repository)
	if err != nil {
		return "", err
	}
	subject, err := digested(repo, digest)
	if err != nil {
		return "", err
	}
	d, err := c.store.head(ctx, subject)
	if err != nil {
		return "", err
	}
	return c.putReferrer(ctx, repo, manifest{digest: d.Digest, mediaType: d.MediaType}, d.Size, r)
}

func (c *Client) putReferrer(ctx context.Context, repo name.Repository, of manifest, size int64, r Referrer) (Way, error) {
	m, blobs, err := r.encode(of, size)
	if err != nil {
		return "", err
	}
	if err := uploadAll(ctx, c.store, repo, blobs); err != nil {
		return "", err
	}
	if err := c.store.put(ctx, repo.Digest(m.digest), m); err != nil {
		if tagRejected(err) {
			return "", fmt.Errorf("%w: this registry has no list of referrers, and does not let the tag %q be moved that stands for it: allow that in this repository, or keep records in another one (record: in slipway.yaml)",
				err, strings.Replace(of.digest, ":", "-", 1))
		}
		return "", err
	}
	if _, err := c.store.head(ctx, repo.Tag(strings.Replace(of.digest, ":", "-", 1))); err == nil {
		return ReferrersTag, nil
	}
	return ReferrersAPI, nil
}

// encode makes the referrer's manifest. Its content is in the manifest, too, so that
// it takes no request of its own to read.
func (r Referrer) encode(of manifest, size int64) (manifest, map[v1.Hash]v1.Layer, error) {
	subject, err := v1.NewHash(of.digest)
	if err != nil {
		return manifest{}, nil, err
	}
	empty, content := static.NewLayer(emptyJSON, emptyType), static.NewLayer(r.Content, types.MediaType(r.Type))
	emptyDigest, err := empty.Digest()
	if err != nil {
		return manifest{}, nil, err
	}
	digest, err := content.Digest()
	if err != nil {
		return manifest{}, nil, err
	}
	layer := v1.Descriptor{MediaType: types.MediaType(r.Type), Size: int64(len(r.Content)), Digest: digest}
	if len(r.Content) <= inManifest {
		layer.Data = r.Content
	}
	raw, err := json.Marshal(v1.Manifest{
		SchemaVersion: 2, MediaType: types.OCIManifestSchema1, ArtifactType: r.Type,
		Config:  v1.Descriptor{MediaType: emptyType, Size: int64(len(emptyJSON)), Digest: emptyDigest, Data: emptyJSON},
		Layers:  []v1.Descriptor{layer},
		Subject: &v1.Descriptor{MediaType: types.MediaType(of.mediaType), Digest: subject, Size: size}, Annotations: r.Annotations,
	})
	if err != nil {
		return manifest{}, nil, err
	}
	own, _, err := v1.SHA256(bytes.NewReader(raw))
	return manifest{raw: raw, mediaType: string(types.OCIManifestSchema1), digest: own.String()}, map[v1.Hash]v1.Layer{emptyDigest: empty, digest: content}, err
}

// inManifest is how many bytes of content are kept in the manifest itself; some
// registries take no larger ones.
const inManifest = 32 << 10

// Referrers are those of a type that the manifest with that digest has. What can't be
// read of them is left out: anybody who may push can add some. A repository that is not
// there has none.
func (c *Client) Referrers(ctx context.Context, repository, digest, artifactType string) ([]Referrer, error) {
	repo, err := c.names.repository(repository)
	if err != nil {
		return nil, err
	}
	subject, err := digested(repo, digest)
	if err != nil {
		return nil, err
	}
	var index v1.IndexManifest
	err = c.access.read(ctx, fmt.Sprintf("listing what refers to %q", shown(subject)), repo, func(ctx context.Context, with *session) error {
		listed, err := remote.Referrers(subject, append(slices.Clone(with.options), remote.WithContext(ctx))...)
		if err != nil {
			return err
		}
		found, err := listed.IndexManifest()
		if err == nil {
			index = *found
		}
		return err
	})
	if errors.Is(err, ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var wanted []v1.Descriptor
	for _, d := range index.Manifests {
		if (d.ArtifactType == artifactType || d.ArtifactType == "" || d.ArtifactType == string(emptyType)) && len(wanted) < mostReferrers {
			wanted = append(wanted, d)
		}
	}
	found := make([]Referrer, len(wanted))
	group, reading := errgroup.WithContext(ctx)
	group.SetLimit(requestsAtOnce)
	for i, d := range wanted {
		group.Go(func() error {
			r, err := c.referrer(reading, repo, d.Digest.String(), digest)
			if err == nil && r.Type == artifactType {
				found[i] = r
			}
			return nil
		})
	}
	_ = group.Wait() // what can't be read is left out
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	all := found[:0]
	for _, r := range found {
		if r.Content != nil {
			all = append(all, r)
		}
	}
	return all, nil
}

// referrer reads one, which has to be of that subject.
func (c *Client) referrer(ctx context.Context, repo name.Repository, digest, subject string) (Referrer, error) {
	m, err := c.store.manifest(ctx, repo.Digest(digest))
	if err != nil {
		return Referrer{}, err
	}
	var parsed v1.Manifest
	if err := json.Unmarshal(m.raw, &parsed); err != nil {
		return Referrer{}, fmt.Errorf("reading referrer %s: %w", digest, err)
	}
	if len(parsed.Layers) != 1 || parsed.Subject == nil || parsed.Subject.Digest.String() != subject {
		return Referrer{}, fmt.Errorf("reading referrer %s: it is none of %s", digest, subject)
	}
	layer := parsed.Layers[0]
	r := Referrer{Type: parsed.ArtifactType, Annotations: parsed.Annotations, Content: layer.Data}
	if r.Type == "" {
		r.Type = string(layer.MediaType)
	}
	if is, _, err := v1.SHA256(bytes.NewReader(layer.Data)); err != nil || is != layer.Digest {
		r.Content, err = c.store.blob(ctx, repo, layer)
		if err != nil {
			return Referrer{}, err
		}
	}
	return r, nil
}
