// Package release holds the values that make a release: build information,
// tags, content hashes and the release record.
package release
