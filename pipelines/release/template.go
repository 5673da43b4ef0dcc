package release

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/moby/buildkit/util/suggest"

	"git.example/slipway/pipelines/lazy"
)

// DefaultTemplate is the template of a project that names none.
const DefaultTemplate = "{build}_{sha7}"

// Template makes the tags of a project's releases. Use ParseTemplate; the zero
// value makes no valid tag.
type Template struct {
	text string
	// parts alternate: text, field, text, …, text.
	parts []string
}

// The fields of a template.
const (
	fieldBuild  = "build"
	fieldSHA    = "sha"
	fieldSHA7   = "sha7"
	fieldBranch = "branch"
)

var (
	fields      = []string{fieldBuild, fieldSHA, fieldSHA7, fieldBranch}
	placeholder = lazy.Regexp(`\{([^{}]*)\}`)
)

// ParseTemplate reads a template such as "{build}_{sha7}". Its fields are
// {build}, {sha} (the full commit), {sha7} and {branch}; it has at least one of
// the first three, so that two releases differ.
func ParseTemplate(s string) (Template, error) {
	t := Template{text: s}
	end := 0
	for _, at := range placeholder().FindAllStringSubmatchIndex(s, -1) {
		field := s[at[2]:at[3]]
		if !slices.Contains(fields, field) {
			return Template{}, fmt.Errorf("reading tag template %q: unknown field {%s}%s", s, field, suggestField(field))
		}
		t.parts = append(t.parts, s[end:at[0]], field)
		end = at[1]
	}
	t.parts = append(t.parts, s[end:])
	if !t.uses(fieldBuild) && !t.uses(fieldSHA) && !t.uses(fieldSHA7) {
		return Template{}, fmt.Errorf("reading tag template %q: every release would get the same tag; use {build}, {sha} or {sha7} in it", s)
	}
	if err := t.check(); err != nil {
		return Template{}, fmt.Errorf("reading tag template %q: %w", s, err)
	}
	return t, nil
}

// check renders the template with stand-ins, so that what is wrong with its
// text is found when it is read.
func (t Template) check() error {
	_, err := t.Render(Info{Build: "1", Commit: strings.Repeat("0", 40), Branch: "b"})
	return err
}

func (t Template) String() string { return t.text }

func (t Template) uses(field string) bool {
	for i := 1; i < len(t.parts); i += 2 {
		if t.parts[i] == field {
			return true
		}
	}
	return false
}

// expand puts value(field) in the place of each field and text(part) in the
// place of the rest.
func (t Template) expand(text, value func(string) string) string {
	var b strings.Builder
	for i, part := range t.parts {
		if i%2 == 0 {
			b.WriteString(text(part))
		} else {
			b.WriteString(value(part))
		}
	}
	return b.String()
}

func suggestField(field string) string {
	if name, ok := suggest.Search(field, fields, false); ok {
		return fmt.Sprintf("; did you mean {%s}?", name)
	}
	return "; the fields are {build}, {sha}, {sha7} and {branch}"
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
