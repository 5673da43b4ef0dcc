package report

import "testing"

func TestCount(t *testing.T) {
	for n, want := range map[int]string{0: "0 images", 1: "1 image", 2: "2 images"} {
		if got := Count(n, "image"); got != want {
			t.Errorf("Count(%d) = %q, want %q", n, got, want)
		}
	}
}
