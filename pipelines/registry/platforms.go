package registry

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// Platforms maps each platform of ref ("linux/amd64", "linux/arm64/v8") to the
// digest of its manifest. An image that is no index has the platform that its
// config names. Attestations are left out.
func (c *Client) Platforms(ctx context.Context, ref string) (map[string]string, error) {
	parsed, err := c.names.reference(ref)
	if err != nil {
		return nil, err
	}
	m, err := c.store.manifest(ctx, parsed)
	if err != nil {
		return nil, err
	}
	if !m.index() {
		platform, err := configPlatform(ctx, c.store, parsed.Context(), m)
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

// configPlatform is the platform that the config of an image names.
func configPlatform(ctx context.Context, from *store, repo name.Repository, m manifest) (string, error) {
	var image v1.Manifest
	if err := json.Unmarshal(m.raw, &image); err != nil {
		return "", fmt.Errorf("reading manifest %s of %q: %w", m.digest, shown(repo), err)
	}
	if !image.Config.MediaType.IsConfig() {
		return "", nil
	}
	raw, err := from.blob(ctx, repo, image.Config)
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
