package release

import (
	"fmt"
	"regexp"

	"git.example/slipway/pipelines/lazy"
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

// fill expands the template; the branch is cut so that the whole fits in max
// characters where that is possible.
func (t Template) fill(info Info, max int) string {
	branch := slug(info.Branch)
	if info.Branch == "" {
		branch = slug(info.GitTag)
	}
	with := func(branch string) string {
		values := map[string]string{
			fieldBuild: info.Build, fieldSHA: info.Commit, fieldSHA7: info.Commit[:short], fieldBranch: branch,
		}
		return t.expand(func(text string) string { return text }, func(field string) string { return values[field] })
	}
	for len(with(branch)) > max && len(branch) > 1 {
		branch = branch[:len(branch)-1]
	}
	return with(branch)
}

var dirtyTag = lazy.Regexp(`_dirty_[0-9a-f]{8}$`)

// Matches says whether the tag name could be that of a release of commit, a
// full one: whether this template gives it for some build and branch. It is how
// a listing of tags is narrowed down; the release record decides. Releases of a
// changed tree do not match, unless Info.ChangeSuffix is cut off before.
func (t Template) Matches(name, commit string) bool {
	if len(commit) < short || dirtyTag().MatchString(name) {
		return false
	}
	if t.uses(fieldBuild) && name == "dev_"+commit[:short] {
		return true
	}
	values := map[string]string{
		fieldBuild: `[a-zA-Z0-9_][a-zA-Z0-9._-]*`, fieldBranch: `[a-zA-Z0-9._-]+`,
		fieldSHA: regexp.QuoteMeta(commit), fieldSHA7: regexp.QuoteMeta(commit[:short]),
	}
	pattern := t.expand(regexp.QuoteMeta, func(field string) string { return values[field] })
	matched, err := regexp.MatchString("^"+pattern+"$", name)
	return err == nil && matched && CheckTag(name) == nil
}
