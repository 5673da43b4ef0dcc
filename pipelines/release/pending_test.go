package release_test

import (
	"strings"
	"testing"

	"git.example/slipway/pipelines/release"
)

func TestPendingDigest(t *testing.T) {
	a, b := release.PendingDigest("content-1"), release.PendingDigest("content-2")
	if a == b || len(a) != len("sha256:")+64 || !release.IsPending(a) {
		t.Errorf("%q and %q", a, b)
	}
	if released := "sha256:" + strings.Repeat("ab", 32); release.IsPending(released) || release.ShowPending(released) != released {
		t.Errorf("%q is taken for a digest that is not known yet", released)
	}
	for text, want := range map[string]string{
		"shop/web@" + a:            "shop/web (built at publish)",
		"shop/web@000000000000":    "shop/web (built at publish)",
		a:                          "(built at publish)",
		a[:len("sha256:")+12]:      "(built at publish)",
		"a@000000000000 -> b@1234": "a (built at publish) -> b@1234",
		"1000000000000 bytes":      "1000000000000 bytes",
	} {
		if got := release.ShowPending(text); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
}
