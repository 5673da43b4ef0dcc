package registry

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// tree is all that belongs to an image.
type tree struct {
	// manifests in the order to write them: what others refer to comes first.
	manifests []manifest
	blobs     map[v1.Hash]v1.Descriptor
}

// readTree reads the manifests under root.
func readTree(ctx context.Context, from *store, root name.Digest) (*tree, error) {
	t := &tree{blobs: map[v1.Hash]v1.Descriptor{}}
	seen := map[string]bool{}
	var visit func(name.Digest) error
	visit = func(ref name.Digest) error {
		if seen[ref.DigestStr()] {
			return nil
		}
		seen[ref.DigestStr()] = true
		m, err := from.manifest(ctx, ref)
		if err != nil {
			return err
		}
		children, err := t.add(m)
		if err != nil {
			return fmt.Errorf("reading the manifest of %q: %w", shown(ref), err)
		}
		for _, child := range children {
			if err := visit(ref.Context().Digest(child.String())); err != nil {
				return err
			}
		}
		t.manifests = append(t.manifests, m)
		return nil
	}
	return t, visit(root)
}

// add collects the blobs of m and returns the manifests that it refers to.
func (t *tree) add(m manifest) (children []v1.Hash, err error) {
	var parsed struct {
		Manifests []v1.Descriptor `json:"manifests"`
		Config    *v1.Descriptor  `json:"config"`
		Layers    []v1.Descriptor `json:"layers"`
	}
	if err := json.Unmarshal(m.raw, &parsed); err != nil {
		return nil, err
	}
	blobs := parsed.Layers
	if parsed.Config != nil {
		blobs = append(blobs, *parsed.Config)
	}
	for _, child := range parsed.Manifests {
		if child.MediaType.IsIndex() || child.MediaType.IsImage() {
			children = append(children, child.Digest)
		} else {
			blobs = append(blobs, child)
		}
	}
	for _, blob := range blobs {
		if blob.MediaType.IsDistributable() {
			t.blobs[blob.Digest] = blob
		}
	}
	return children, nil
}
