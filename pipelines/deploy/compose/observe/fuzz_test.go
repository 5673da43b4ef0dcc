package observe

import (
	"fmt"
	"strings"
	"testing"
)

// FuzzPorts wants ports that are numbers with a protocol as docker prints them,
// and those that are printed rightly to be read.
func FuzzPorts(f *testing.F) {
	f.Add("web-1|shop|web|0.0.0.0:8080->80/tcp, :::8080->80/tcp, 9000/tcp")
	f.Add("a|||[::1]:1-3->1-3/udp\n||||\n->\n:->/")
	f.Fuzz(func(t *testing.T, out string) {
		for _, p := range parsePorts(out) {
			if !strings.Contains(p.Number, "/") || strings.ContainsAny(p.Container, "|\n") {
				t.Errorf("%+v from %q", p, out)
			}
		}
		if strings.ContainsAny(out, "|\n,") || strings.TrimSpace(out) != out {
			return
		}
		line := fmt.Sprintf("%s|p|s|1.2.3.4:80->81/tcp", out)
		if got := parsePorts(line); len(got) != 1 || got[0] != (Port{out, "p", "s", "1.2.3.4", "80/tcp"}) {
			t.Errorf("%q became %+v", line, got)
		}
	})
}
