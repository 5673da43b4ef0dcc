package registry_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"git.example/slipway/pipelines/registry"
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
	t.Parallel()
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

// Ten thousand tags come in pages of a thousand. (distribution itself takes a
// tenth of a second to list as many.)
func TestManyTags(t *testing.T) {
	t.Parallel()
	server, c := serve(t), client(t)
	var want []string
	for i := range 10_000 {
		want = append(want, fmt.Sprintf("%05d", i))
	}
	pages := 0
	server.answer(func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != "/v2/shop/api/tags/list" {
			return false
		}
		pages++
		n, _ := strconv.Atoi(r.URL.Query().Get("n"))
		from, found := slices.BinarySearch(want, r.URL.Query().Get("last"))
		if found {
			from++
		}
		page := want[from:min(from+n, len(want))]
		if from+n < len(want) {
			w.Header().Set("Link", fmt.Sprintf(`</v2/shop/api/tags/list?last=%s&n=%d>; rel="next"`, page[len(page)-1], n))
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"name": "shop/api", "tags": page})
		return true
	})
	if diff := cmp.Diff(want, collect(t, c, server.host+"/shop/api")); diff != "" {
		t.Error(diff)
	}
	if pages != 10 {
		t.Errorf("%d pages, want 10", pages)
	}
}

func TestTagsStop(t *testing.T) {
	t.Parallel()
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
