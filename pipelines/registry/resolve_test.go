package registry_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"

	"git.example/slipway/pipelines/registry"
)

func TestResolve(t *testing.T) {
	t.Parallel()
	ctx, server, c := testContext(t), serve(t), client(t)
	digest := pushImage(t, server.host+"/shop/api:1")
	server.take()

	for _, ref := range []string{server.host + "/shop/api:1", server.host + "/shop/api@" + digest} {
		d, err := c.Resolve(ctx, ref)
		if err != nil {
			t.Fatal(err)
		}
		if d.Digest != digest || d.Size == 0 || d.MediaType == "" {
			t.Errorf("%s resolves to %+v, want digest %s", ref, d, digest)
		}
	}
	if n := count(server.take(), "GET", "/manifests/"); n != 0 {
		t.Errorf("%d manifests were read, want none", n)
	}
	for _, ref := range []string{server.host + "/shop/api:2", server.host + "/nothing/there:1"} {
		if _, err := c.Resolve(ctx, ref); !errors.Is(err, registry.ErrNotFound) {
			t.Errorf("%s: %v, want ErrNotFound", ref, err)
		}
	}
}

func TestPlatforms(t *testing.T) {
	t.Parallel()
	ctx, server, c := testContext(t), serve(t), client(t)

	t.Run("one manifest", func(t *testing.T) {
		digest := pushImage(t, server.host+"/shop/api:1")
		got, err := c.Platforms(ctx, server.host+"/shop/api:1")
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(map[string]string{"linux/arm64/v8": digest}, got); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("an index without its attestations", func(t *testing.T) {
		index, want := imageIndex(t)
		push(t, server.host+"/shop/api:2", index)
		got, err := c.Platforms(ctx, server.host+"/shop/api:2")
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("an artifact", func(t *testing.T) {
		a := registry.Artifact{Type: "application/vnd.test", Files: map[string][]byte{"a": []byte("a")}}
		if _, _, err := c.PutArtifact(ctx, server.host+"/shop/api", "art", a); err != nil {
			t.Fatal(err)
		}
		got, err := c.Platforms(ctx, server.host+"/shop/api:art")
		if err != nil || len(got) != 0 {
			t.Errorf("got %v, %v, want no platforms", got, err)
		}
	})
}

// imageIndex is an index of two platforms with an attestation for the first,
// and the platforms that it has.
func imageIndex(t *testing.T) (v1.ImageIndex, map[string]string) {
	t.Helper()
	platforms := map[string]string{}
	var index v1.ImageIndex = empty.Index
	for _, platform := range []v1.Platform{
		{OS: "linux", Architecture: "amd64"},
		{OS: "linux", Architecture: "arm64", Variant: "v8"},
		{OS: "unknown", Architecture: "unknown"},
	} {
		image := randomImage(t, platform)
		digest, err := image.Digest()
		if err != nil {
			t.Fatal(err)
		}
		if platform.OS != "unknown" {
			platforms[platform.String()] = digest.String()
		}
		index = mutate.AppendManifests(index, mutate.IndexAddendum{Add: image, Descriptor: v1.Descriptor{Platform: &platform}})
	}
	return index, platforms
}
