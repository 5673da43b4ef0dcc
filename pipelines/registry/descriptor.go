package registry

// Descriptor is a manifest in a registry.
type Descriptor struct {
	// Digest is "sha256:…".
	Digest    string
	MediaType string
	// Size in bytes.
	Size int64
}
