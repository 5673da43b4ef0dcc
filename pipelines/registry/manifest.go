package registry

import (
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// manifest is a manifest's bytes, which are never re-encoded: the digest is theirs.
type manifest struct {
	raw       []byte
	mediaType string
	digest    string
}

// RawManifest and MediaType let go-containerregistry put it as it is.
func (m manifest) RawManifest() ([]byte, error) { return m.raw, nil }

func (m manifest) MediaType() (types.MediaType, error) { return types.MediaType(m.mediaType), nil }

func (m manifest) index() bool { return types.MediaType(m.mediaType).IsIndex() }
