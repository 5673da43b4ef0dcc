package registry

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
)

// Descriptor is a manifest in a registry.
type Descriptor struct {
	// Digest is "sha256:…".
	Digest    string
	MediaType string
	// Size in bytes.
	Size int64
}

// Resolve finds what ref ("host/path:tag" or "host/path@digest") stands for. One
// that does not exist is ErrNotFound.
func (c *Client) Resolve(ctx context.Context, ref string) (Descriptor, error) {
	parsed, err := c.reference(ref)
	if err != nil {
		return Descriptor{}, err
	}
	return c.head(ctx, parsed)
}

// head asks without reading the manifest; a refusal is asked for again with a
// GET, because an answer to HEAD can't say why.
func (c *Client) head(ctx context.Context, ref name.Reference) (d Descriptor, err error) {
	doing := fmt.Sprintf("resolving %q", shown(ref))
	err = c.retry(ctx, doing, ref.Context(), requestTimeout, func(ctx context.Context) error {
		s, err := c.reading(ctx, ref.Context())
		if err != nil {
			return err
		}
		d, err = headOnce(ctx, s, ref)
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

// Platforms maps each platform of ref ("linux/amd64", "linux/arm64/v8") to the
// digest of its manifest. An image that is no index has the platform that its
// config names. Attestations are left out.
func (c *Client) Platforms(ctx context.Context, ref string) (map[string]string, error) {
	parsed, err := c.reference(ref)
	if err != nil {
		return nil, err
	}
	m, err := c.manifest(ctx, parsed)
	if err != nil {
		return nil, err
	}
	if !m.index() {
		platform, err := c.configPlatform(ctx, parsed.Context(), m)
		if err != nil || platform == "" {
			return nil, err
		}
		return map[string]string{platform: m.digest}, nil
	}
	var index v1.IndexManifest
	if err := json.Unmarshal(m.raw, &index); err != nil {
		return nil, fmt.Errorf("reading index %q: %w", shown(parsed), err)
	}
	platforms := map[string]string{}
	for _, child := range index.Manifests {
		if child.Platform == nil || child.Platform.OS == "unknown" || !child.MediaType.IsImage() {
			continue
		}
		key := platformName(child.Platform.OS, child.Platform.Architecture, child.Platform.Variant)
		if _, taken := platforms[key]; !taken {
			platforms[key] = child.Digest.String()
		}
	}
	return platforms, nil
}

func (c *Client) configPlatform(ctx context.Context, repo name.Repository, m manifest) (string, error) {
	var image v1.Manifest
	if err := json.Unmarshal(m.raw, &image); err != nil {
		return "", fmt.Errorf("reading manifest %s of %q: %w", m.digest, shown(repo), err)
	}
	if !image.Config.MediaType.IsConfig() {
		return "", nil
	}
	raw, err := c.blob(ctx, repo, image.Config)
	if err != nil {
		return "", err
	}
	var config v1.ConfigFile
	if err := json.Unmarshal(raw, &config); err != nil {
		return "", fmt.Errorf("reading the config of %s in %q: %w", m.digest, shown(repo), err)
	}
	return platformName(config.OS, config.Architecture, config.Variant), nil
}

func platformName(os, architecture, variant string) string {
	if variant == "" {
		return os + "/" + architecture
	}
	return os + "/" + architecture + "/" + variant
}
