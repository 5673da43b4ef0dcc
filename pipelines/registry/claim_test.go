package registry_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"git.example/slipway/pipelines/registry"
)

func TestClaim(t *testing.T) {
	t.Parallel()
	ctx, server, c := testContext(t), serve(t), client(t)
	repository := server.host + "/shop/api"
	first, second := pushImage(t, repository+":first"), pushImage(t, repository+":second")
	server.take()

	for _, digest := range []string{first, second, first} {
		winner, err := c.Claim(ctx, repository, digest, "content-1")
		if err != nil {
			t.Fatal(err)
		}
		if winner != first {
			t.Errorf("the winner is %s, want the first writer's %s", winner, first)
		}
	}
	if n := count(server.take(), "PUT", "/manifests/"); n != 1 {
		t.Errorf("the tag was written %d times, want once", n)
	}
}

// Two writers read the tag before either has written it, and their writes land
// far apart: both must name the same winner, the one that stands.
func TestClaimRace(t *testing.T) {
	t.Parallel()
	for round := range 4 {
		ctx, server := testContext(t), serve(t)
		repository := server.host + "/shop/api"
		digests := []string{pushImage(t, repository+":first"), pushImage(t, repository+":second")}

		// Reads of the tag meet, so that all find it free; one write is slow.
		var reads sync.WaitGroup
		reads.Add(len(digests))
		var mu sync.Mutex
		seen, writes := 0, 0
		server.answer(func(w http.ResponseWriter, r *http.Request) bool {
			if !strings.HasSuffix(r.URL.Path, "/manifests/content-1") {
				return false
			}
			mu.Lock()
			defer mu.Unlock()
			switch r.Method {
			case http.MethodHead:
				if seen++; seen <= len(digests) {
					reads.Done()
					mu.Unlock()
					reads.Wait()
					mu.Lock()
				}
			case http.MethodPut:
				if writes++; writes == round%2+1 {
					mu.Unlock()
					time.Sleep(60 * time.Millisecond) // this is the slow one
					mu.Lock()
				}
			}
			return false
		})
		winners := make([]string, len(digests))
		var writers sync.WaitGroup
		for i, digest := range digests {
			writers.Go(func() {
				c := registry.New(registry.Options{Settle: 400 * time.Millisecond})
				winner, err := c.Claim(ctx, repository, digest, "content-1")
				if err != nil {
					t.Error(err)
				}
				winners[i] = winner
			})
		}
		writers.Wait()
		d, err := client(t).Resolve(ctx, repository+":content-1")
		if err != nil {
			t.Fatal(err)
		}
		if writes != 2 {
			t.Errorf("%d writes, want a race of 2", writes)
		}
		for _, winner := range winners {
			if winner != d.Digest {
				t.Errorf("winners %v, and %s stands", winners, d.Digest)
			}
		}
	}
}

// A registry that keeps its tags refuses the second writer; that one has lost.
func TestClaimLostToAnImmutableTag(t *testing.T) {
	t.Parallel()
	for _, refusal := range []struct {
		status int
		code   string
	}{
		{http.StatusBadRequest, "TAG_INVALID"},
		{http.StatusForbidden, "DENIED"},
		{http.StatusConflict, "TAG_IMMUTABLE"},
		{http.StatusPreconditionFailed, "TAG_INVALID"},
	} {
		t.Run(refusal.code, func(t *testing.T) {
			ctx, server, c, rival := testContext(t), serve(t), client(t), client(t)
			repository := server.host + "/shop/api"
			ours, theirs := pushImage(t, repository+":ours"), pushImage(t, repository+":theirs")
			server.answer(func(w http.ResponseWriter, r *http.Request) bool {
				if r.Method != http.MethodPut {
					return false
				}
				server.answer(nil)
				if err := rival.Alias(r.Context(), repository, theirs, "v1"); err != nil {
					t.Error(err)
				}
				return refuse(w, refusal.status, refusal.code, "the tag exists and the repository is immutable")
			})
			winner, err := c.Claim(ctx, repository, ours, "v1")
			if err != nil || winner != theirs {
				t.Errorf("got %s, %v, want the other's %s", winner, err, theirs)
			}
		})
	}
	t.Run("refused for another reason", func(t *testing.T) {
		ctx, server, c := testContext(t), serve(t), client(t)
		repository := server.host + "/shop/api"
		digest := pushImage(t, repository+":ours")
		server.answer(func(w http.ResponseWriter, r *http.Request) bool {
			return r.Method == http.MethodPut && refuse(w, http.StatusBadRequest, "MANIFEST_INVALID", "no")
		})
		if _, err := c.Claim(ctx, repository, digest, "v1"); err == nil || !strings.Contains(err.Error(), "manifest_invalid: no") {
			t.Errorf("got %v", err)
		}
	})
}
