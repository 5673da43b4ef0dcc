package config

import (
	"strings"

	"github.com/agext/levenshtein"
)

// nearest is the candidate that word is most probably a misspelling of, or "".
func nearest(word string, candidates []string) string {
	word = canonical(word)
	best, found := 2+len(word)/4, ""
	for _, c := range candidates {
		if n := levenshtein.Distance(word, canonical(c), nil); n < best {
			best, found = n, c
		}
	}
	return found
}

// canonical makes the usual differences in spelling vanish.
func canonical(word string) string {
	return strings.ReplaceAll(strings.ToLower(word), "_", "-")
}
