package gitsync

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// FuzzFacts wants what a host's script says to be read as it was said, whatever
// its paths hold, and an answer for anything else.
func FuzzFacts(f *testing.F) {
	f.Add("kind\x00link\x00differs\x00M\x00a b\x00? c\x00\x00want\x00abc\x00", "M", "? x")
	f.Add("differs", "differs", "\n")
	f.Fuzz(func(t *testing.T, out, letter, path string) {
		all := parseFacts(strings.Split(out, "\x00"))
		all.one("kind")
		readState(all.one("state"))
		if letter == "" || path == "" || strings.HasPrefix(letter, "? ") || strings.Contains(letter+path, "\x00") {
			return
		}
		words := []string{"kind", path, "differs", letter, path, "? " + path, "", "edited", "", "want", letter, ""}
		want := facts{"kind": {path}, "differs": {letter + " " + path, "? " + path}, "want": {letter}}
		if diff := cmp.Diff(want, parseFacts(words)); diff != "" {
			t.Error(diff)
		}
	})
}
