package hostfiles

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"
	"strings"

	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/compose/stack"
	"git.example/slipway/pipelines/shell"
)

// Seen is a version as the host has it.
type Seen struct {
	Version
	// There says that it is there at all.
	There bool
	// Changed are the files of it that are not the release's: edited, removed or added
	// by hand.
	Changed []string
	// HandMade says that something is where the compose file has it: made by hand, or by
	// what deployed before.
	HandMade bool
	// Hidden are files of a directory that was made by hand which the release has not.
	Hidden []string
}

// Intact says that it is there as it was released.
func (s Seen) Intact() bool { return s.There && len(s.Changed) == 0 }

// mostHidden is how many files of a directory that somebody made are listed.
const mostHidden = 1000

// seeScript defines see, which prints a version's files with their digests, and
// what is at the path in whose place it is.
const seeScript = `
sum=sha256sum
command -v sha256sum >/dev/null 2>&1 || sum='shasum -a 256'
see() {
	echo "version $1"
	if [ -d "$1" ]; then (cd "$1" && find . ! -type d -exec $sum {} +)
	elif [ -e "$1" ]; then $sum <"$1"; fi
	if [ -d "$2" ]; then echo "made $2"; (cd "$2" && find . ! -type d -print | head -n "$3")
	elif [ -e "$2" ]; then echo "made $2"; fi
}`

// See asks for versions as the host has them.
func See(s stack.Stack, d deploy.Desired, versions []Version, seen *[]Seen) stack.Question {
	script := &stack.Script{}
	script.Raw(seeScript)
	for _, v := range versions {
		script.Raw("see " + shell.Words(v.Place, v.Path, fmt.Sprint(mostHidden)))
	}
	return stack.Question{Script: script, Read: func(out []byte, err error) error {
		if err != nil {
			return fmt.Errorf("looking at the release's files: %w", stack.Failure(err))
		}
		*seen = parseSeen(out, s, d, versions)
		return nil
	}}
}

// parseSeen reads what see has printed of versions.
func parseSeen(out []byte, s stack.Stack, d deploy.Desired, versions []Version) []Seen {
	all := make([]Seen, len(versions))
	at, made := -1, false
	digests := make([]map[string]string, len(versions))
	for raw := range bytes.Lines(out) {
		line := strings.TrimSuffix(string(raw), "\n")
		if at+1 < len(versions) && line == "version "+versions[at+1].Place {
			at, made = at+1, false
			digests[at] = map[string]string{}
			continue
		}
		switch {
		case at < 0:
		case line == "made "+versions[at].Path:
			made, all[at].HandMade = true, !s.InCheckout
		case made:
			if name := strings.TrimPrefix(line, "./"); versions[at].Files[name] == "" && !s.InCheckout {
				all[at].Hidden = append(all[at].Hidden, name)
			}
		default:
			sum, name, _ := strings.Cut(line, "  ")
			if name == "-" {
				name = "" // standard input: the file itself
			}
			digests[at][strings.TrimPrefix(name, "./")] = sum
		}
	}
	for i, v := range versions {
		all[i].Version, all[i].There = v, len(digests[i]) > 0
		slices.Sort(all[i].Hidden)
		if !all[i].There {
			continue
		}
		for in, name := range v.Files {
			if digests[i][in] != fmt.Sprintf("%x", sha256.Sum256(d.HostFiles[name].Content)) {
				all[i].Changed = append(all[i].Changed, name)
			}
			delete(digests[i], in)
		}
		for _, more := range slices.Sorted(maps.Keys(digests[i])) {
			all[i].Changed = append(all[i].Changed, strings.TrimSuffix(v.Name+"/"+more, "/"))
		}
		slices.Sort(all[i].Changed)
	}
	return all
}
