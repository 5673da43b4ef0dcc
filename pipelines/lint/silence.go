package lint

import (
	"slices"
	"strings"

	"git.example/slipway/pipelines/lazy"
)

var ignoreComment = lazy.Regexp(`#\s*slipway:ignore\s+([\w,\- ]+)`)

// silences says whether a comment on the line or the one above turns the rule off.
func (f *file) silences(line int, rule string) bool {
	for _, n := range []int{line, line - 1} {
		if n < 1 || n > len(f.lines) {
			continue
		}
		text := f.lines[n-1]
		if n < line && !strings.HasPrefix(strings.TrimSpace(text), "#") {
			continue // the comment of the line above is about that line
		}
		m := ignoreComment().FindStringSubmatch(text)
		if m != nil && slices.Contains(strings.FieldsFunc(m[1], func(r rune) bool { return r == ',' || r == ' ' }), rule) {
			return true
		}
	}
	return false
}
