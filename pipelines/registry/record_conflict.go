package registry

import (
	"fmt"
	"maps"
	"slices"

	"git.example/slipway/pipelines/release"
)

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

// sameImages is a *RecordConflict where two records of one release differ.
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
