package registry

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

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

// RecordConflict is a release that has been recorded with another image.
type RecordConflict struct {
	// Reference of the record.
	Reference string
	// Image is the image that differs; a digest is empty where there is none.
	Image            string
	Existing, Wanted string
}

func (e *RecordConflict) Error() string {
	or := func(digest string) string {
		if digest == "" {
			return "nothing"
		}
		return digest
	}
	return fmt.Sprintf("release record %q exists with another image %q: %s there, %s here; release under another tag",
		e.Reference, e.Image, or(e.Existing), or(e.Wanted))
}

// PutRecord writes the record of a release with its deploy files, and returns
// the one that stands: the first that was written. One that exists with the same
// images is returned, with others it is a *RecordConflict. Record.Files is
// filled in from contents.
func (c *Client) PutRecord(ctx context.Context, repository string, record release.Record, contents map[string][]byte) (release.Record, error) {
	var err error
	if record.Files, err = release.FileDigests(contents); err != nil {
		return release.Record{}, err
	}
	raw, err := record.Encode()
	if err != nil {
		return release.Record{}, err
	}
	files := map[string][]byte{}
	for path, content := range contents {
		files[filesDir+path] = content
	}
	files[recordFile] = raw
	tag := release.RecordTag(record.Tag)
	stands, existed, err := c.PutArtifact(ctx, repository, tag, Artifact{Type: RecordType, Files: files})
	if err != nil || !existed {
		return record, err
	}
	existing, err := decodeRecord(stands, record.Tag)
	if err != nil {
		return release.Record{}, fmt.Errorf("reading release record %q: %w", repository+":"+tag, err)
	}
	return existing.Record, sameImages(repository+":"+tag, existing.Record, record)
}

func sameImages(reference string, existing, wanted release.Record) error {
	both := maps.Clone(existing.Images)
	if both == nil {
		both = map[string]release.RecordedImage{}
	}
	maps.Copy(both, wanted.Images)
	for _, image := range slices.Sorted(maps.Keys(both)) {
		if e, w := existing.Images[image].Digest, wanted.Images[image].Digest; e != w {
			return &RecordConflict{Reference: reference, Image: image, Existing: e, Wanted: w}
		}
	}
	return nil
}

// GetRecord reads the record of the release named tag, and verifies it and its
// files. None is ErrNotFound.
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

// Records reads the records of the releases whose tag match accepts, the newest
// first. With a limit, which 0 is not, only that many are read: those with the
// highest tags, where numbers count as numbers.
func (c *Client) Records(ctx context.Context, repository string, match func(tag string) bool, limit int) ([]Recorded, error) {
	var tags []string
	for name, err := range c.Tags(ctx, repository) {
		if err != nil {
			return nil, err
		}
		if tag, ok := release.ReleaseOf(name); ok && match(tag) {
			tags = append(tags, tag)
		}
	}
	slices.SortFunc(tags, func(a, b string) int { return compareNatural(b, a) })
	if limit > 0 && len(tags) > limit {
		tags = tags[:limit]
	}
	records := make([]Recorded, len(tags))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(requestsAtOnce)
	for i, tag := range tags {
		group.Go(func() (err error) {
			records[i], err = c.GetRecord(ctx, repository, tag)
			if errors.Is(err, ErrNotFound) {
				return nil // deleted since, or never written whole
			}
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	records = slices.DeleteFunc(records, func(r Recorded) bool { return r.Digest == "" })
	slices.SortStableFunc(records, func(a, b Recorded) int { return b.Created.Compare(a.Created) })
	return records, nil
}
