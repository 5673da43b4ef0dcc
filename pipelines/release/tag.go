package release

import (
	"fmt"
	"strings"

	"git.example/slipway/pipelines/content"
	"git.example/slipway/pipelines/lazy"
)

// Tag is the tag of a release.
type Tag struct {
	Name string
	// Final says that a release of this tag may go to a protected environment.
	Final bool
	// Why says why not, as "there is no build number; …". Empty when Final.
	Why string
}

const (
	recordSuffix = ".release"

	// maxTag is the longest tag of a release: OCI's 128 less the record's suffix.
	maxTag = 128 - len(recordSuffix)
)

var tagGrammar = lazy.Regexp(`^[a-zA-Z0-9_][a-zA-Z0-9._-]*$`)

// CheckTag says what is wrong with name as the tag of a release. It wants
// OCI's grammar, room for the record's suffix, and none of the names that
// Slipway keeps for records and content tags.
func CheckTag(name string) error {
	switch {
	case name == "":
		return fmt.Errorf("a tag can't be empty")
	case !tagGrammar().MatchString(name):
		return fmt.Errorf("tag %q is not valid: it takes letters, digits, '.', '_' and '-', and can't begin with '.' or '-'", name)
	case len(name) > maxTag:
		return fmt.Errorf("tag %q is not valid: it has %d characters, at most %d are allowed", name, len(name), maxTag)
	case strings.HasSuffix(name, recordSuffix), strings.HasPrefix(name, content.TagPrefix), name == "latest":
		return fmt.Errorf("tag %q is not valid for a release: %q, tags that begin with %q and tags that end in %q are kept for other uses",
			name, "latest", content.TagPrefix, recordSuffix)
	}
	return nil
}

// RecordTag is the tag of the release record of a release.
func RecordTag(tag string) string { return tag + recordSuffix }

// ReleaseOf is the release whose record has the tag name; ok is false for a
// tag that is no record's.
func ReleaseOf(name string) (tag string, ok bool) {
	tag, ok = strings.CutSuffix(name, recordSuffix)
	return tag, ok && CheckTag(tag) == nil
}
