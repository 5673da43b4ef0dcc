package registry

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"git.example/slipway/pipelines/release"
)

// RecordType is the artifact type of release records.
const RecordType = "application/vnd.slipway.release.v1+json"

// recordFile is the record itself; deploy files are below filesDir.
const (
	recordFile = "record.json"
	filesDir   = "files/"
)

// Recorded is a release record as it is in a registry.
type Recorded struct {
	release.Record
	// Contents are the deploy files, by the paths of Record.Files.
	Contents map[string][]byte
	// Digest of the record's own manifest.
	Digest string
}

// WrittenRecord is the record that stands under a tag.
type WrittenRecord struct {
	release.Record
	// Digest of its manifest.
	Digest string
	// Way is how the registry knows what is beside it; empty when nothing was written
	// there.
	Way Way
	// Existed says that another run wrote it.
	Existed bool
}

// PutRecord writes the record of a release with its deploy files, and returns
// the one that stands: the first that was written. One that exists with the same
// images is returned, with others it is a *RecordConflict. Record.Files is
// filled in from contents. With gives what goes beside the record, such as its
// signature, before its tag; nil for nothing.
func (c *Client) PutRecord(ctx context.Context, repository string, record release.Record, contents map[string][]byte, with func(ctx context.Context, digest string) ([]Referrer, error)) (WrittenRecord, error) {
	var err error
	if record.Files, err = release.FileDigests(contents); err != nil {
		return WrittenRecord{}, err
	}
	raw, err := record.Encode()
	if err != nil {
		return WrittenRecord{}, err
	}
	files := map[string][]byte{}
	for path, content := range contents {
		files[filesDir+path] = content
	}
	files[recordFile] = raw
	tag := release.RecordTag(record.Tag)
	var way Way
	stands, existed, err := c.putArtifact(ctx, repository, tag, Artifact{Type: RecordType, Files: files}, &beside{with, &way})
	if err != nil || !existed {
		return WrittenRecord{Record: record, Digest: stands.Digest, Way: way}, err
	}
	existing, err := decodeRecord(stands, record.Tag)
	if err != nil {
		return WrittenRecord{}, fmt.Errorf("reading release record %q: %w", repository+":"+tag, err)
	}
	return WrittenRecord{Record: existing.Record, Digest: stands.Digest, Existed: true}, sameImages(repository+":"+tag, existing.Record, record)
}

// GetRecord reads the record of the release named tag, and verifies it and its
// files. None is ErrNotFound; one of a newer Slipway is a *release.NewerFormat.
func (c *Client) GetRecord(ctx context.Context, repository, tag string) (Recorded, error) {
	a, err := c.GetArtifact(ctx, repository, release.RecordTag(tag), RecordType)
	if err != nil {
		return Recorded{}, err
	}
	r, err := decodeRecord(a, tag)
	if err != nil {
		return Recorded{}, fmt.Errorf("reading release record %q: %w", repository+":"+release.RecordTag(tag), err)
	}
	return r, nil
}

func decodeRecord(a Artifact, tag string) (Recorded, error) {
	r := Recorded{Digest: a.Digest, Contents: map[string][]byte{}}
	raw, ok := a.Files[recordFile]
	if !ok {
		return r, errors.New("it has no " + recordFile)
	}
	var err error
	if r.Record, err = release.DecodeRecord(raw); err != nil {
		return r, err
	}
	if r.Tag != tag {
		return r, fmt.Errorf("it is the record of release %q", r.Tag)
	}
	for name, content := range a.Files {
		if path, ok := strings.CutPrefix(name, filesDir); ok {
			r.Contents[path] = content
		}
	}
	if err := r.VerifyFiles(r.Contents); err != nil {
		return r, err
	}
	return r, nil
}
