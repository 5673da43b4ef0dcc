package registry_test

import (
	"context"
	"errors"
	"io"
	"log"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	ggcr "github.com/google/go-containerregistry/pkg/registry"

	"git.example/slipway/internal/registrytest"
	"git.example/slipway/pipelines/registry"
)

// What is beside a record is there before its tag, and is found in both ways.
func TestReferrers(t *testing.T) {
	for name, test := range map[string]struct {
		handler http.Handler
		want    registry.Way
	}{
		"a list":  {ggcr.New(ggcr.WithReferrersSupport(true), quiet), registry.ReferrersAPI},
		"no list": {ggcr.New(quiet), registry.ReferrersTag},
	} {
		t.Run(name, func(t *testing.T) {
			var tagged, asked atomic.Int32
			host := registrytest.ServeHandler(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				asked.Add(1)
				if r.Method == http.MethodPut && strings.HasSuffix(r.URL.Path, "/manifests/75_db4b44b.release") {
					tagged.Add(1)
				}
				test.handler.ServeHTTP(w, r)
			}))
			c, repository := client(t), host+"/shop/release"
			record := testRecord("75_db4b44b", digestA)
			beside := func(_ context.Context, digest string) ([]registry.Referrer, error) {
				if tagged.Load() > 0 {
					t.Error("the record can be found before its signature")
				}
				return []registry.Referrer{
					{Type: "application/x-signature", Content: []byte("of " + digest), Annotations: map[string]string{"a": "b"}},
					{Type: "application/x-other", Content: []byte(strings.Repeat("large ", 10000))},
				}, nil
			}
			written, err := c.PutRecord(t.Context(), repository, record, nil, beside)
			if err != nil {
				t.Fatal(err)
			}
			if written.Way != test.want {
				t.Errorf("it is in %s", written.Way)
			}
			fresh := client(t)
			if _, err := fresh.GetRecord(t.Context(), repository, "75_db4b44b"); err != nil {
				t.Fatal(err)
			}
			before := asked.Load()
			got, err := fresh.Referrers(t.Context(), repository, written.Digest, "application/x-signature")
			if err != nil {
				t.Fatal(err)
			}
			want := []registry.Referrer{{Type: "application/x-signature", Content: []byte("of " + written.Digest), Annotations: map[string]string{"a": "b"}}}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			// The list, the two manifests in it where the list does not say their types,
			// and the content.
			if n := asked.Load() - before; n > 4 {
				t.Errorf("it took %d requests", n)
			}
			if large, err := fresh.Referrers(t.Context(), repository, written.Digest, "application/x-other"); err != nil || len(large) != 1 || len(large[0].Content) != 60000 {
				t.Errorf("a large one: %d, %v", len(large), err)
			}
			if none, err := fresh.Referrers(t.Context(), repository, digestB, "application/x-signature"); err != nil || len(none) > 0 {
				t.Errorf("of what is not there: %v, %v", none, err)
			}
		})
	}
}

// A record whose signature can't be made, or kept, is none.
func TestNoRecordWithoutWhatIsBeside(t *testing.T) {
	inner := ggcr.New(quiet)
	host := registrytest.ServeHandler(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPut && strings.Contains(r.URL.Path, "/manifests/sha256-") {
			w.WriteHeader(http.StatusBadRequest)
			_, _ = w.Write([]byte(`{"errors": [{"code": "TAG_INVALID", "message": "The image tag already exists in the repository and cannot be overwritten because the repository is immutable."}]}`))
			return
		}
		inner.ServeHTTP(w, r)
	}))
	c, repository := client(t), host+"/shop/release"
	for _, test := range []struct {
		tag  string
		give func(context.Context, string) ([]registry.Referrer, error)
		want string
	}{
		{"1_a", func(context.Context, string) ([]registry.Referrer, error) { return nil, errors.New("no key") }, "no key"},
		{"2_a", func(context.Context, string) ([]registry.Referrer, error) {
			return []registry.Referrer{{Type: "application/x-signature", Content: []byte("x")}}, nil
		}, "does not let the tag"},
	} {
		record := testRecord(test.tag, digestA)
		if _, err := c.PutRecord(t.Context(), repository, record, nil, test.give); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v", test.tag, err)
		}
		if _, err := c.GetRecord(t.Context(), repository, test.tag); !errors.Is(err, registry.ErrNotFound) {
			t.Errorf("%s can be found: %v", test.tag, err)
		}
	}
}

var quiet = ggcr.Logger(log.New(io.Discard, "", 0))
