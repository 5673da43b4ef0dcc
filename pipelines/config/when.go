package config

import (
	"path"
	"strings"
)

// When matches a branch or a git tag. Patterns are as in a shell, where "*" also
// matches slashes: "feature*" matches feature/x.
type When struct {
	// Branch is a pattern of branch names.
	Branch string `yaml:"branch,omitempty"`
	// Tag is a pattern of git tags, such as "v*".
	Tag string `yaml:"tag,omitempty"`
}

// Match says that the branch or the git tag of a CI run matches. Either of them
// may be empty, which never matches.
func (w When) Match(branch, tag string) bool {
	return glob(w.Branch, branch) || glob(w.Tag, tag)
}

// glob is path.Match without a meaning for slashes. Neither a malformed nor an
// empty pattern matches anything.
func glob(pattern, name string) bool {
	if pattern == "" || name == "" {
		return false
	}
	plain := strings.NewReplacer("/", "\x00")
	ok, err := path.Match(plain.Replace(pattern), plain.Replace(name))
	return ok && err == nil
}
