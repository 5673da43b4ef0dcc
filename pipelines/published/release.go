package published

import "git.example/slipway/pipelines/release"

// Release is a release that a registry has, or that publishing would make.
type Release struct {
	Record release.Record
	// Files are the deploy files that were recorded with it, by path relative to
	// the project.
	Files map[string][]byte
	// Unpublished says that publishing would make it: no registry has it yet.
	Unpublished bool
	// In is the registry that it was read from, and Reference its record there.
	In        Destination
	Reference string
	// Digest of the record's manifest; empty when it is unpublished.
	Digest string

	// repository that has the record.
	repository string
}
