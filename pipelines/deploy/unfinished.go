package deploy

import "git.example/slipway/pipelines/lazy"

// unfinished are files that LocalHost and ssh.Host begin with when they write one,
// before it takes its name. The rest of the name is of digits here, and of base32
// over SSH.
var unfinished = lazy.Regexp(`^\.(.+)\.([0-9]+|[A-Z2-7]{10})$`)

// Unfinished says which file in the same directory WriteFile has begun to write
// under this name, if it is such a name. Whoever holds the lock may remove what a
// killed run left of a file of ours; a user's file may have such a name, too.
func Unfinished(name string) (of string, ok bool) {
	found := unfinished().FindStringSubmatch(name)
	if found == nil {
		return "", false
	}
	return found[1], true
}
