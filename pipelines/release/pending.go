package release

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"git.example/slipway/pipelines/lazy"
)

// pendingStart is how the digest of an image begins that is not built yet. No
// content has such a digest: SHA-256 would have to give 128 zero bits.
const pendingStart = "sha256:00000000000000000000000000000000"

// builtAtPublish is what people read in place of such a digest.
const builtAtPublish = "(built at publish)"

// PendingDigest stands for the digest of an image that publishing would build
// from a content, in a plan of a release that does not exist yet. Other contents
// have other ones.
func PendingDigest(content string) string {
	sum := sha256.Sum256([]byte(content))
	return pendingStart + hex.EncodeToString(sum[:16])
}

// IsPending says whether a digest stands for an image that is not built yet.
func IsPending(digest string) bool { return strings.HasPrefix(digest, pendingStart) }

var pendingDigest = lazy.Regexp(`@(sha256:)?0{12}([0-9a-f]{52})?\b|sha256:0{12}([0-9a-f]{52})?\b`)

// ShowPending replaces digests of images that are not built yet, whole or cut as
// plans show them, by words.
func ShowPending(text string) string {
	if !strings.Contains(text, "000000000000") {
		return text
	}
	return pendingDigest().ReplaceAllStringFunc(text, func(found string) string {
		if strings.HasPrefix(found, "@") {
			return " " + builtAtPublish
		}
		return builtAtPublish
	})
}
