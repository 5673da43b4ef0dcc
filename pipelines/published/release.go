package published

import "git.example/slipway/pipelines/release"

// Release is a release that a registry has.
type Release struct {
	Record release.Record
	// Files are the deploy files that were recorded with it, by path relative to
	// the project.
	Files map[string][]byte
	// In is the registry that it was read from, and Reference its record there.
	In        Destination
	Reference string
}
