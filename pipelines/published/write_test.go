package published

import (
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/crane"

	"git.example/slipway/internal/registrytest"
	"git.example/slipway/pipelines/release"
)

// A mirror that has built the same content by itself keeps that, and gets the
// release all the same.
func TestMirrorWithItsOwnBuild(t *testing.T) {
	first, _ := serveRegistry(t)
	second, _ := serveRegistry(t)
	r := open(t, strings.Replace(project(first, images), "other.example", quoted(second), 1), nil)
	digest, others := registrytest.Push(t, first+"/shop/api:content"), registrytest.Push(t, second+"/shop/api:content")
	record := release.Record{Project: "shop", Tag: "1", Images: map[string]release.RecordedImage{"api": {Content: "content", Digest: digest}}}
	if err := r.writeTags(t.Context(), r.to(t, "main"), r.to(t, "other"), record); err != nil {
		t.Fatal(err)
	}
	for tag, want := range map[string]string{"1": digest, "content": others} {
		if got, err := crane.Digest(second + "/shop/api:" + tag); err != nil || got != want {
			t.Errorf("%s is %s (%v), want %s", tag, got, err, want)
		}
	}
}
