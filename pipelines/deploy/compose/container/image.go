package container

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// RunsAny says whether the container's image is one of the accepted digests.
func (c Container) RunsAny(accepted []string) bool {
	return slices.ContainsFunc(accepted, func(want string) bool {
		return c.Image == want || slices.Contains(c.digests, want)
	})
}

// Digest is what to call the image it runs: its digest, or docker's own id.
func (c Container) Digest() string {
	if len(c.digests) > 0 {
		return c.digests[0]
	}
	return c.Image
}

// parseDigests reads lines of an image's id and the list of its references, as
// digests by id.
func parseDigests(out string) map[string][]string {
	digests := map[string][]string{}
	for line := range strings.Lines(out) {
		id, list, _ := strings.Cut(strings.TrimSpace(line), " ")
		var references []string
		if err := json.Unmarshal([]byte(list), &references); err != nil {
			continue
		}
		for _, r := range references {
			if _, digest, ok := strings.Cut(r, "@"); ok {
				digests[id] = append(digests[id], digest)
			}
		}
	}
	return digests
}

// DescribeImages names the images of containers, for people.
func DescribeImages(containers []Container) string {
	var images []string
	for _, c := range containers {
		if text := ShortReference(c.Config.Image); !slices.Contains(images, text) {
			images = append(images, text)
		}
	}
	return strings.Join(images, ", ")
}

// ShortReference cuts the digest of a reference.
func ShortReference(reference string) string {
	repository, digest, ok := strings.Cut(reference, "@sha256:")
	if !ok {
		return reference
	}
	return fmt.Sprintf("%s@%.12s", repository, digest)
}
