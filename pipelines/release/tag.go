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

// short is how many characters of a commit {sha7} has.
const short = 7

// Render makes the tag of a release of info.
//
// Without a build number a template that uses it gives way to "dev_{sha7}", and
// a changed tree adds "_dirty_" and eight characters of the change's digest;
// neither tag is Final. {branch} is the branch, or the git tag where there is
// no branch, with what a tag can't hold replaced by '-'.
func (t Template) Render(info Info) (Tag, error) {
	if len(info.Commit) < short {
		return Tag{}, fmt.Errorf("making a tag from %q: there is no commit", t.text)
	}
	tag := Tag{Final: true}
	suffix := info.ChangeSuffix()
	if info.Dirty {
		tag.Final, tag.Why = false, "files differ from the commit; commit them"
	}
	switch {
	case info.Build == "" && t.uses(fieldBuild):
		tag.Name = "dev_" + info.Commit[:short] + suffix
		tag.Final, tag.Why = false, "there is no build number; publish from CI, or give --build-number"
	case t.uses(fieldBranch) && info.Branch == "" && info.GitTag == "":
		return Tag{}, fmt.Errorf("making a tag from %q: no branch is checked out; check one out, or give --branch", t.text)
	default:
		tag.Name = t.fill(info, maxTag-len(suffix)) + suffix
	}
	if err := CheckTag(tag.Name); err != nil {
		return Tag{}, fmt.Errorf("making a tag from %q: %w", t.text, err)
	}
	return tag, nil
}

// ChangeSuffix is what tags of a changed tree end with, the same for the same
// change of the same commit; empty for a tree without changes.
func (i Info) ChangeSuffix() string {
	if !i.Dirty {
		return ""
	}
	return fmt.Sprintf("_dirty_%.8s", i.DirtyDigest)
}

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
