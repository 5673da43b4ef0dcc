package sshconfig

import "strings"

// matches says whether a pattern with * and ? is the whole of text. Its time is
// bounded by the product of both lengths, whatever the pattern.
func matches(pattern, text string) bool {
	star, retry := -1, 0
	p, t := 0, 0
	for t < len(text) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, retry = p, t
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == text[t]):
			p++
			t++
		case star >= 0: // let the last star take one more
			retry++
			p, t = star+1, retry
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}

// matchesAny says whether one of the patterns matches, and none of those with a !
// in front.
func matchesAny(patterns []string, text string) bool {
	found := false
	for _, pattern := range patterns {
		pattern, negated := strings.CutPrefix(pattern, "!")
		if matches(pattern, text) {
			if negated {
				return false
			}
			found = true
		}
	}
	return found
}
