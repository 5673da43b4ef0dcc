package lint

import (
	"strings"

	"github.com/distribution/reference"
)

// isLatest says that an image reference has the tag latest, or neither tag nor digest.
func isLatest(image string) bool {
	tag, digest := versionOf(image)
	return image != "" && !digest && (tag == "" || tag == "latest")
}

// isReference says that an image reference is one.
func isReference(image string) bool {
	_, err := reference.ParseNormalizedNamed(image)
	return err == nil
}

// isRelease says that an image reference comes from the variables of a release.
func isRelease(image string) bool {
	tag, _ := versionOf(image)
	return tag == releaseTag || strings.HasSuffix(image, releaseDigest)
}

// versionOf is the tag of an image reference, and whether it has a digest.
func versionOf(image string) (tag string, digest bool) {
	named, err := reference.ParseNormalizedNamed(strings.TrimSuffix(image, ":"))
	if err != nil {
		return "", false
	}
	if tagged, ok := named.(reference.Tagged); ok {
		tag = tagged.Tag()
	}
	_, digest = named.(reference.Digested)
	return tag, digest
}

// pathOf is a full repository without its host.
func pathOf(repository string) string {
	_, path, _ := strings.Cut(repository, "/")
	return path
}
