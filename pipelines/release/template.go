package release

import (
	"fmt"
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
