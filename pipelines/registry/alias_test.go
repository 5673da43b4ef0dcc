package registry_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"git.example/slipway/pipelines/registry"
)

func TestAlias(t *testing.T) {
	t.Parallel()
	ctx, server, c := testContext(t), serve(t), client(t)
	repository := server.host + "/shop/api"
	first, second := pushImage(t, repository+":first"), pushImage(t, repository+":second")
	server.take()

	if err := c.Alias(ctx, repository, first, "75_db4b44b"); err != nil {
		t.Fatal(err)
	}
	if requests := server.take(); count(requests, "PUT", "/manifests/") != 1 || count(requests, "", "/blobs/") != 0 {
		t.Errorf("aliasing sent %v, want one manifest and no blobs", requests)
	}
	if d, err := c.Resolve(ctx, repository+":75_db4b44b"); err != nil || d.Digest != first {
		t.Fatalf("the tag is %v, %v, want %s", d, err, first)
	}

	server.take()
	if err := c.Alias(ctx, repository, first, "75_db4b44b"); err != nil {
		t.Fatalf("aliasing again: %v", err)
	}
	if n := count(server.take(), "PUT", ""); n != 0 {
		t.Errorf("aliasing again wrote %d times", n)
	}

	err := c.Alias(ctx, repository, second, "75_db4b44b")
	var conflict *registry.TagConflict
	if !errors.As(err, &conflict) {
		t.Fatalf("moving a tag: %v, want a conflict", err)
	}
	if want := (registry.TagConflict{Reference: repository + ":75_db4b44b", Existing: first, Wanted: second}); *conflict != want {
		t.Errorf("got %+v, want %+v", *conflict, want)
	}
	if d, err := c.Resolve(ctx, repository+":75_db4b44b"); err != nil || d.Digest != first {
		t.Errorf("after the conflict the tag is %v, %v, want %s", d, err, first)
	}

	if err := c.Alias(ctx, repository, "sha256:"+strings.Repeat("0", 64), "other"); !errors.Is(err, registry.ErrNotFound) {
		t.Errorf("aliasing a digest that is not there: %v, want ErrNotFound", err)
	}
	if err := c.Alias(ctx, repository, first, "not a tag"); err == nil {
		t.Error("a tag that breaks the grammar was accepted")
	}
}

// A registry with immutable tags refuses the write of whoever comes second.
func TestAliasRejectedByTheRegistry(t *testing.T) {
	t.Parallel()
	for name, same := range map[string]bool{"same digest": true, "other digest": false} {
		t.Run(name, func(t *testing.T) {
			ctx, server, c := testContext(t), serve(t), client(t)
			repository := server.host + "/shop/api"
			ours, theirs := pushImage(t, repository+":ours"), pushImage(t, repository+":theirs")
			if same {
				theirs = ours
			}
			rival := client(t)
			server.answer(func(w http.ResponseWriter, r *http.Request) bool {
				if r.Method != http.MethodPut || !strings.HasSuffix(r.URL.Path, "/manifests/v1") {
					return false
				}
				server.answer(nil)
				if err := rival.Alias(r.Context(), repository, theirs, "v1"); err != nil {
					t.Error(err)
				}
				return refuse(w, http.StatusBadRequest, "TAG_INVALID", "The image tag 'v1' already exists")
			})
			err := c.Alias(ctx, repository, ours, "v1")
			var conflict *registry.TagConflict
			if same && err != nil || !same && !errors.As(err, &conflict) {
				t.Errorf("got %v", err)
			}
		})
	}
}
