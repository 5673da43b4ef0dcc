package daggerengine

import (
	"strings"
	"testing"
)

func TestTail(t *testing.T) {
	tests := map[string]struct {
		writes []string
		want   string
	}{
		"little":           {[]string{"one\n", "two"}, "one\ntwo"},
		"whole lines only": {[]string{"first line\n", "second\n", "third\n"}, "third\n"},
		"one long write":   {[]string{strings.Repeat("x", 50) + "\nend\n"}, "end\n"},
		"one endless line": {[]string{strings.Repeat("x", 50)}, strings.Repeat("x", 12)},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			kept := newTail(12)
			for _, text := range tc.writes {
				if n, err := kept.Write([]byte(text)); n != len(text) || err != nil {
					t.Fatalf("got %d, %v", n, err)
				}
			}
			if got := kept.String(); got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}
