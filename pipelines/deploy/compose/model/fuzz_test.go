package model

import (
	"strings"
	"testing"
)

// FuzzHashes wants every service's hash read back from the lines that compose
// prints.
func FuzzHashes(f *testing.F) {
	f.Add("web", "0123abc", "\n")
	f.Add("a-b_c.d", "ff", "x\n y z\n")
	f.Fuzz(func(t *testing.T, service, hash, more string) {
		parseHashes(more)
		if service == "" || strings.ContainsAny(service+hash, " \t\r\n\v\f\u0085\u00a0") || strings.TrimSpace(service+hash) != service+hash {
			return
		}
		if got := parseHashes(service + " " + hash + "\n"); got[service] != hash {
			t.Errorf("%q %q became %q", service, hash, got)
		}
	})
}
