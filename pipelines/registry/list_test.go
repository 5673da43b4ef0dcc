package registry_test

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/slipwayhq/slipway/pipelines/registry"
	"github.com/slipwayhq/slipway/pipelines/registry/embedded"
)

func collect(t *testing.T, c *registry.Client, repository string) []string {
	t.Helper()
	var tags []string
	for tag, err := range c.Tags(testContext(t), repository) {
		if err != nil {
			t.Fatal(err)
		}
		tags = append(tags, tag)
	}
	return tags
}

func TestTags(t *testing.T) {
	everyRegistry(t, func(t *testing.T, server *wireRegistry) {
		c := client(t)
		for _, tag := range []string{"a", "b", "c"} {
			pushImage(t, server.host+"/shop/api:"+tag)
		}
		if diff := cmp.Diff([]string{"a", "b", "c"}, slices.Sorted(slices.Values(collect(t, c, server.host+"/shop/api")))); diff != "" {
			t.Error(diff)
		}
		if tags := collect(t, c, server.host+"/nothing/there"); len(tags) != 0 {
			t.Errorf("a repository that is not there has tags %v", tags)
		}
	})
}

// Ten thousand tags come in pages, and as far as they are wanted.
func TestManyTags(t *testing.T) {
	dir := t.TempDir()
	server, err := embedded.Serve(t.Context(), embedded.Options{Address: "127.0.0.1:0", Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	repository := server.Address() + "/shop/api"
	pushImage(t, repository+":00000")
	tags := filepath.Join(dir, "docker/registry/v2/repositories/shop/api/_manifests/tags")
	link, err := os.ReadFile(filepath.Join(tags, "00000", "current", "link"))
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for i := range 10_000 {
		tag := fmt.Sprintf("%05d", i)
		want = append(want, tag)
		current := filepath.Join(tags, tag, "current")
		if err := errors.Join(os.MkdirAll(current, 0o700), os.WriteFile(filepath.Join(current, "link"), link, 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	c := client(t)
	start := time.Now()
	got := collect(t, c, repository)
	t.Logf("10,000 tags in %s", time.Since(start))
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestTagsStop(t *testing.T) {
	ctx, server, c := testContext(t), serve(t), client(t)
	pages := 0
	server.answer(func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != "/v2/shop/api/tags/list" {
			return false
		}
		switch pages++; {
		case pages == 2:
			return refuse(w, http.StatusForbidden, "DENIED", "no more")
		case pages == 3:
			w.Header().Set("Link", `<http://elsewhere.example.com/v2/shop/api/tags/list?last=b>; rel="next"`)
		default:
			w.Header().Set("Link", `</v2/shop/api/tags/list?last=b&n=2>; rel="next"`)
		}
		_, _ = fmt.Fprint(w, `{"name":"shop/api","tags":["a","b"]}`)
		return true
	})
	t.Run("at an error", func(t *testing.T) {
		var tags []string
		var failed error
		for tag, err := range c.Tags(ctx, server.host+"/shop/api") {
			if err != nil {
				failed = err
				break
			}
			tags = append(tags, tag)
		}
		if len(tags) != 2 || !errors.Is(failed, registry.ErrDenied) {
			t.Errorf("got %v, %v", tags, failed)
		}
	})
	t.Run("at a link to another host", func(t *testing.T) {
		var failed error
		for _, failed = range c.Tags(ctx, server.host+"/shop/api") {
		}
		if failed == nil {
			t.Error("it was followed")
		}
	})
	t.Run("when the caller has enough", func(t *testing.T) {
		pages = 10
		for range c.Tags(ctx, server.host+"/shop/api") {
			break
		}
		if pages != 11 {
			t.Errorf("%d pages were read", pages-10)
		}
	})
}
