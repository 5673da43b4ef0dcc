package config

import "testing"

func TestNearest(t *testing.T) {
	keys := []string{"context", "dockerfile", "cache-from", "cache-to", "ssh", "promote-from"}
	for word, want := range map[string]string{
		"contxt":      "context",
		"Context":     "context",
		"cotnext":     "context",
		"cache_from":  "cache-from",
		"promotefrom": "promote-from",
		"shs":         "",
		"zebra":       "",
		"":            "",
	} {
		if got := nearest(word, keys); got != want {
			t.Errorf("nearest to %q is %q, want %q", word, got, want)
		}
	}
}
