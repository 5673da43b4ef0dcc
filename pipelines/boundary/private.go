package boundary

import (
	"io/fs"
	"path"
	"slices"
	"strings"
)

// private is the directory of Slipway's own files on a host. In it is one whose files
// containers mount, as others than the owner, too; and what setup tries modes on.
const (
	private   = ".slipway"
	mounted   = ".files"
	rehearsed = ".slipway-setup-"
)

// Mode is the mode that a file or a directory gets on a host: what Slipway keeps for
// itself is for its owner alone from its first byte, whatever the umask is there.
func Mode(name string, mode fs.FileMode) fs.FileMode {
	parts := strings.Split(path.Clean(strings.ReplaceAll(name, "\\", "/")), "/")
	at := slices.Index(parts, private)
	tried := slices.ContainsFunc(parts, func(part string) bool { return strings.HasPrefix(part, rehearsed) })
	if at < 0 || tried || len(parts) > at+2 && parts[at+1] == mounted {
		return mode
	}
	return mode &^ 0o077
}

// Parents are the directories above a path, from the top down.
func Parents(name string) []string {
	var all []string
	for dir := path.Dir(path.Clean(name)); dir != "/" && dir != "."; dir = path.Dir(dir) {
		all = append(all, dir)
	}
	slices.Reverse(all)
	return all
}
