package daggerengine

import (
	"testing"

	"github.com/google/go-containerregistry/pkg/crane"
	"github.com/google/go-containerregistry/pkg/v1/random"
)

func TestLocalDigest(t *testing.T) {
	e, ctx := start(t)
	host := serve(t, "")
	image, err := random.Image(64, 1)
	if err != nil {
		t.Fatal(err)
	}
	ref := host + "/base:1"
	if err := crane.Push(image, ref); err != nil {
		t.Fatal(err)
	}
	want, err := image.Digest()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.conn.client.Container().From(ref).ID(ctx); err != nil {
		t.Skipf("this engine does not reach loopback addresses of the test: %v", err)
	}
	if got, ok, err := e.LocalDigest(ctx, ref); err != nil || !ok || got != want.String() {
		t.Errorf("got %s, %v, %v, want %s", got, ok, err, want)
	}
	if _, ok, err := e.LocalDigest(ctx, host+"/base:none"); ok || err != nil {
		t.Errorf("an image that is not there: found %v, error %v", ok, err)
	}
}
