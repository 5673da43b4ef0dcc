package registry_test

import (
	"errors"
	"net/http"
	"testing"

	"git.example/slipway/pipelines/registry"
)

func TestDeleteTag(t *testing.T) {
	t.Parallel()
	everyRegistry(t, func(t *testing.T, server *wireRegistry) {
		ctx, c := testContext(t), client(t)
		repository := server.host + "/shop/api"
		digest := pushImage(t, repository+":push-1")
		if err := c.Alias(ctx, repository, digest, "75_db4b44b"); err != nil {
			t.Fatal(err)
		}
		got, err := c.DeleteTag(ctx, repository, "push-1")
		if err != nil || got != registry.Deleted && got != registry.Unsupported {
			t.Fatalf("got %s, %v", got, err)
		}
		t.Logf("tag %s", got)
		_, err = c.Resolve(ctx, repository+":push-1")
		if gone := errors.Is(err, registry.ErrNotFound); gone != (got == registry.Deleted) {
			t.Errorf("said %s, and the tag: %v", got, err)
		}
		if d, err := c.Resolve(ctx, repository+":75_db4b44b"); err != nil || d.Digest != digest {
			t.Errorf("the other tag is %v, %v", d, err)
		}
		if got == registry.Deleted {
			if got, err := c.DeleteTag(ctx, repository, "push-1"); err != nil || got != registry.Absent {
				t.Errorf("deleting again: %s, %v", got, err)
			}
		}
	})
}

func TestDeleteTagRefused(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]registry.Deletion{
		http.StatusMethodNotAllowed: registry.Unsupported,
		http.StatusBadRequest:       registry.Unsupported,
		http.StatusNotImplemented:   registry.Unsupported,
		http.StatusForbidden:        registry.Denied,
		http.StatusUnauthorized:     registry.Denied,
	} {
		ctx, server, c := testContext(t), serve(t), client(t)
		server.answer(func(w http.ResponseWriter, r *http.Request) bool {
			return r.Method == http.MethodDelete && refuse(w, status, "UNSUPPORTED", "no")
		})
		if got, err := c.DeleteTag(ctx, server.host+"/shop/api", "1"); err != nil || got != want {
			t.Errorf("status %d: %s, %v, want %s", status, got, err, want)
		}
	}
}
