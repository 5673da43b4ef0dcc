package registry_test

import (
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/validate"
	"golang.org/x/sync/errgroup"

	"git.example/slipway/pipelines/registry"
)

func blobBytes(requests []request) (n int64) {
	for _, r := range requests {
		if strings.Contains(r.path, "/blobs/uploads/") {
			n += r.bytes
		}
	}
	return n
}

func validateIndex(t *testing.T, reference string) {
	t.Helper()
	ref, err := name.ParseReference(reference)
	if err != nil {
		t.Fatal(err)
	}
	index, err := remote.Index(ref)
	if err != nil {
		t.Fatal(err)
	}
	if err := validate.Index(index); err != nil {
		t.Error(err)
	}
}

func TestCopyWithinOneRegistryMovesNoBytes(t *testing.T) {
	t.Parallel()
	ctx, server, c := testContext(t), serveDistribution(t), client(t)
	index, _ := imageIndex(t)
	digest := push(t, server.host+"/shop/api:1", index)
	server.take()

	if err := c.Copy(ctx, server.host+"/shop/api@"+digest, server.host+"/prod/api"); err != nil {
		t.Fatal(err)
	}
	requests := server.take()
	if n := blobBytes(requests); n != 0 {
		t.Errorf("%d bytes of blobs were uploaded", n)
	}
	if n := count(requests, "GET", "/blobs/"); n != 0 {
		t.Errorf("%d blobs were read", n)
	}
	validateIndex(t, server.host+"/prod/api@"+digest)

	if err := c.Copy(ctx, server.host+"/shop/api@"+digest, server.host+"/prod/api"); err != nil {
		t.Fatal(err)
	}
	if requests := server.take(); count(requests, "PUT", "")+count(requests, "POST", "") != 0 {
		t.Errorf("copying again wrote: %v", requests)
	}
}

func TestCopyBetweenRegistries(t *testing.T) {
	t.Parallel()
	ctx, from, to, c := testContext(t), serve(t), serve(t), client(t)
	index, _ := imageIndex(t)
	digest := push(t, from.host+"/shop/api:1", index)
	from.take()

	if err := c.Copy(ctx, from.host+"/shop/api@"+digest, to.host+"/prod/api"); err != nil {
		t.Fatal(err)
	}
	reads := map[string]int{}
	for _, r := range from.take() {
		if r.method == http.MethodGet && strings.Contains(r.path, "/blobs/") {
			reads[r.path]++
		}
	}
	if len(reads) != 9 { // 3 images of a config and 2 layers
		t.Errorf("%d blobs were read, want 9", len(reads))
	}
	for path, n := range reads {
		if n != 1 {
			t.Errorf("%s was read %d times", path, n)
		}
	}
	validateIndex(t, to.host+"/prod/api@"+digest)
}

// Two images of the same layers, into two repositories: each layer moves once.
func TestCopyMovesASharedLayerOnce(t *testing.T) {
	t.Parallel()
	ctx, from, to, c := testContext(t), serve(t), serveDistribution(t), client(t)
	index, _ := imageIndex(t)
	digest := push(t, from.host+"/shop/api:1", index)
	push(t, from.host+"/shop/web:1", index)
	from.take()

	var group errgroup.Group
	for _, image := range []string{"api", "web"} {
		group.Go(func() error {
			return c.Copy(ctx, from.host+"/shop/"+image+"@"+digest, to.host+"/prod/"+image)
		})
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	read := 0
	for _, r := range from.take() {
		if r.method == http.MethodGet && strings.Contains(r.path, "/blobs/") {
			read++
		}
	}
	if read != 9 {
		t.Errorf("%d blobs were read, want 9", read)
	}
	for _, image := range []string{"api", "web"} {
		validateIndex(t, to.host+"/prod/"+image+"@"+digest)
	}
}

// A copy that fails in the middle leaves neither a tag nor the image's manifest.
func TestCopyThatFails(t *testing.T) {
	t.Parallel()
	ctx, from, to, c := testContext(t), serve(t), serve(t), client(t)
	index, _ := imageIndex(t)
	digest := push(t, from.host+"/shop/api:1", index)
	var uploads atomic.Int32
	to.answer(func(w http.ResponseWriter, r *http.Request) bool {
		return r.Method == http.MethodPatch && uploads.Add(1) > 3 && refuse(w, http.StatusForbidden, "DENIED", "quota")
	})
	err := c.Copy(ctx, from.host+"/shop/api@"+digest, to.host+"/prod/api")
	if !errors.Is(err, registry.ErrDenied) || !strings.Contains(err.Error(), to.host+"/prod/api") {
		t.Errorf("got %v, want a denial that names the repository", err)
	}
	if n := count(to.take(), "PUT", "/manifests/"); n != 0 {
		t.Errorf("%d manifests were written", n)
	}

	to.answer(nil)
	if err := c.Copy(ctx, from.host+"/shop/api@"+digest, to.host+"/prod/api"); err != nil {
		t.Fatalf("copying again: %v", err)
	}
	validateIndex(t, to.host+"/prod/api@"+digest)
}

// An upload that breaks off begins anew, and the digest is right in the end.
func TestCopySurvivesBrokenConnections(t *testing.T) {
	t.Parallel()
	ctx, from, to, c := testContext(t), serve(t), serve(t), client(t)
	digest := pushImage(t, from.host+"/shop/api:1")
	var broken atomic.Int32
	to.answer(func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method == http.MethodPatch && broken.Add(1) == 1 {
			panic(http.ErrAbortHandler)
		}
		return false
	})
	if err := c.Copy(ctx, from.host+"/shop/api@"+digest, to.host+"/prod/api"); err != nil {
		t.Fatal(err)
	}
	if broken.Load() < 2 {
		t.Error("no connection was broken")
	}
}

func TestCopyRefuses(t *testing.T) {
	t.Parallel()
	ctx, server, c := testContext(t), serve(t), client(t)
	pushImage(t, server.host+"/shop/api:1")
	if err := c.Copy(ctx, server.host+"/shop/api:1", server.host+"/prod/api"); err == nil || !strings.Contains(err.Error(), "by digest") {
		t.Errorf("copying a tag: %v", err)
	}
	missing := server.host + "/shop/api@sha256:" + strings.Repeat("0", 64)
	if err := c.Copy(ctx, missing, server.host+"/prod/api"); !errors.Is(err, registry.ErrNotFound) {
		t.Errorf("copying what is not there: %v", err)
	}
}
