package observe

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Docker prints ports that follow each other as one range.
func TestPortsOneAfterTheOther(t *testing.T) {
	of := func(address, number string) Port {
		return Port{Container: "web-1", Project: "shop", Service: "web", Address: address, Number: number}
	}
	got := parsePorts("web-1|shop|web|0.0.0.0:8000-8002->80-82/tcp, [::]:53->53/udp, 9000-9001/tcp\nidle|||\n")
	want := []Port{of("0.0.0.0", "8000/tcp"), of("0.0.0.0", "8001/tcp"), of("0.0.0.0", "8002/tcp"), of("::", "53/udp")}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("ports (- want, + got):\n%s", diff)
	}
}
