package cli

import (
	"strings"
	"testing"
)

func TestShort(t *testing.T) {
	hex := strings.Repeat("0123456789abcdef", 4)
	for text, want := range map[string]string{
		"sha256:" + hex:        "sha256:0123456789ab",
		hex[:40]:               "0123456789ab",
		"exited with code 137": "exited with code 137",
		"":                     "",
	} {
		if got := short(text); got != want {
			t.Errorf("short(%q) = %q, want %q", text, got, want)
		}
	}
}
