package release

import (
	"strings"

	"git.example/slipway/pipelines/lazy"
)

var notInTags = lazy.Regexp(`[^a-zA-Z0-9._-]+`)

// slug is name as a part of a tag, never empty.
func slug(name string) string {
	s := strings.Trim(notInTags().ReplaceAllString(name, "-"), ".-")
	if s == "" {
		return "x"
	}
	return s
}
