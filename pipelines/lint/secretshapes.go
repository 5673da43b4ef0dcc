package lint

import (
	"regexp"

	"git.example/slipway/pipelines/lazy"
)

// shape is what some kind of secret looks like, whatever its name.
type shape struct {
	kind string
	text func() *regexp.Regexp
}

var shapes = []shape{
	{"an AWS access key", lazy.Regexp(`\b(AKIA|ASIA)[0-9A-Z]{16}\b`)},
	{"a private key", lazy.Regexp(`-----BEGIN [A-Z ]*PRIVATE KEY`)},
	{"a GitHub token", lazy.Regexp(`\b(gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{30,})`)},
	{"a Slack token or webhook", lazy.Regexp(`\bxox[abprs]-[A-Za-z0-9-]{10,}|hooks\.slack\.com/services/T[A-Za-z0-9]+/B[A-Za-z0-9]+/[A-Za-z0-9]+`)},
}

// shapeOf is what kind of secret a text looks like; empty for none.
func shapeOf(value string) string {
	for _, s := range shapes {
		if s.text().MatchString(value) {
			return s.kind
		}
	}
	return ""
}

// defaulted is a variable with a default: the default is written into the file.
var defaulted = lazy.Regexp(`^\$\{\w+:?-([^$]*)\}$`)
