package gitsync

import (
	"strings"
)

// parseFacts reads names and values. Lists are git's own words up to an empty one:
// those of differences have a letter and a path in turn, or "? path", and that of what
// a tree has a word for each entry.
func parseFacts(words []string) facts {
	found := facts{}
	for i := 0; i+1 < len(words); i += 2 {
		name := words[i]
		if name != "differs" && name != "edited" && name != "changed" && name != "has" {
			found[name] = append(found[name], words[i+1])
			continue
		}
		for i++; i < len(words) && words[i] != ""; i++ {
			line := words[i]
			if name != "has" && !strings.HasPrefix(line, "? ") && i+1 < len(words) {
				i++
				line += " " + words[i]
			}
			found[name] = append(found[name], line)
		}
		i-- // the empty word stands alone
	}
	return found
}

// facts are what a script said, by name.
type facts map[string][]string

// one is the first value of name, or "".
func (f facts) one(name string) string {
	if len(f[name]) == 0 {
		return ""
	}
	return f[name][0]
}
