package registry

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/static"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"golang.org/x/sync/errgroup"
)

const (
	fileType  types.MediaType = "application/vnd.slipway.file.v1"
	emptyType types.MediaType = "application/vnd.oci.empty.v1+json"
	// titleAnnotation is a layer's file name
	// (https://github.com/opencontainers/image-spec/blob/v1.1.1/annotations.md).
	titleAnnotation = "org.opencontainers.image.title"
)

// emptyJSON is what OCI puts where there is no content
// (https://github.com/opencontainers/image-spec/blob/v1.1.1/manifest.md#guidance-for-an-empty-descriptor).
var emptyJSON = []byte("{}")

// encode makes the manifest and the blobs that it refers to. An empty file is
// OCI's empty descriptor, because some registries take no blob of no bytes.
func (a Artifact) encode() (manifest, map[v1.Hash]v1.Layer, error) {
	empty := static.NewLayer(emptyJSON, emptyType)
	blobs := map[v1.Hash]v1.Layer{}
	add := func(l v1.Layer) (v1.Descriptor, error) {
		digest, err := l.Digest()
		if err != nil {
			return v1.Descriptor{}, err
		}
		size, err := l.Size()
		if err != nil {
			return v1.Descriptor{}, err
		}
		mediaType, err := l.MediaType()
		blobs[digest] = l
		return v1.Descriptor{MediaType: mediaType, Size: size, Digest: digest}, err
	}
	config, err := add(empty)
	if err != nil {
		return manifest{}, nil, err
	}
	m := v1.Manifest{SchemaVersion: 2, MediaType: types.OCIManifestSchema1, ArtifactType: a.Type, Config: config}
	for _, file := range slices.Sorted(maps.Keys(a.Files)) {
		layer := empty
		if content := a.Files[file]; len(content) > 0 {
			layer = static.NewLayer(content, fileType)
		}
		d, err := add(layer)
		if err != nil {
			return manifest{}, nil, err
		}
		d.Annotations = map[string]string{titleAnnotation: file}
		m.Layers = append(m.Layers, d)
	}
	raw, err := json.Marshal(m)
	if err != nil {
		return manifest{}, nil, err
	}
	digest, _, err := v1.SHA256(bytes.NewReader(raw))
	return manifest{raw: raw, mediaType: string(m.MediaType), digest: digest.String()}, blobs, err
}

func uploadAll(ctx context.Context, to *store, repo name.Repository, blobs map[v1.Hash]v1.Layer) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(blobsAtOnce)
	for digest, layer := range blobs {
		group.Go(func() error { return to.upload(ctx, repo, digest, layer) })
	}
	return group.Wait()
}

func readArtifact(ctx context.Context, from *store, ref name.Reference, artifactType string) (Artifact, error) {
	m, err := from.manifest(ctx, ref)
	if err != nil {
		return Artifact{}, err
	}
	var parsed v1.Manifest
	if err := json.Unmarshal(m.raw, &parsed); err != nil {
		return Artifact{}, fmt.Errorf("reading artifact %q: %w", shown(ref), err)
	}
	if parsed.ArtifactType != artifactType {
		return Artifact{}, fmt.Errorf("reading artifact %q: its type is %q and not %q", shown(ref), parsed.ArtifactType, artifactType)
	}
	contents := make([][]byte, len(parsed.Layers))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(blobsAtOnce)
	for i, layer := range parsed.Layers {
		if layer.MediaType == emptyType {
			continue
		}
		group.Go(func() (err error) {
			contents[i], err = from.blob(ctx, ref.Context(), layer)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return Artifact{}, err
	}
	files := map[string][]byte{}
	for i, layer := range parsed.Layers {
		files[layer.Annotations[titleAnnotation]] = contents[i]
	}
	return Artifact{Type: parsed.ArtifactType, Files: files, Digest: m.digest}, nil
}
