package registry_test

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"git.example/slipway/internal/waittest"
	"git.example/slipway/pipelines/registry"
)

const testType = "application/vnd.slipway.test.v1"

// everyRegistry runs a test against the in-memory registry, distribution 3, and
// distribution 2.8 where Debian's package is installed.
func everyRegistry(t *testing.T, test func(*testing.T, *wireRegistry)) {
	t.Run("memory", func(t *testing.T) { test(t, serve(t)) })
	t.Run("distribution 3", func(t *testing.T) { test(t, serveDistribution(t)) })
	t.Run("distribution 2.8", func(t *testing.T) { test(t, serveDebian(t)) })
}

// serveDebian starts Debian's docker-registry, which is distribution 2.8.
func serveDebian(t *testing.T) *wireRegistry {
	t.Helper()
	program, err := exec.LookPath("docker-registry")
	if err != nil {
		t.Skip("docker-registry is not installed")
	}
	dir := t.TempDir()
	address := freeAddress(t)
	config := filepath.Join(dir, "config.yml")
	text := fmt.Sprintf("version: 0.1\nlog: {level: error}\nstorage: {filesystem: {rootdirectory: %q}, delete: {enabled: true}}\nhttp: {addr: %q}\n", dir, address)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, "serve", config)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	waittest.For(t, "docker-registry", func() bool {
		resp, err := http.Get("http://" + address + "/v2/")
		if err == nil {
			_ = resp.Body.Close()
		}
		return err == nil
	})
	return &wireRegistry{host: address}
}

func TestArtifacts(t *testing.T) {
	t.Parallel()
	everyRegistry(t, func(t *testing.T, server *wireRegistry) {
		ctx, c := testContext(t), client(t)
		repository := server.host + "/shop/checks"
		want := registry.Artifact{Type: testType, Files: map[string][]byte{
			"result.json": []byte(`{"passed":true}`), "empty": nil, "braces": []byte("{}"), "dir/a b": []byte("x"), "same": []byte("x"),
		}}
		written, existed, err := c.PutArtifact(ctx, repository, "check-1", want)
		if err != nil || existed {
			t.Fatalf("writing: existed %v, %v", existed, err)
		}
		got, err := c.GetArtifact(ctx, repository, "check-1", testType)
		if err != nil {
			t.Fatal(err)
		}
		want.Digest = written.Digest
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}

		t.Run("the same again", func(t *testing.T) {
			again, existed, err := client(t).PutArtifact(ctx, repository, "check-1", want)
			if err != nil || existed || again.Digest != written.Digest {
				t.Errorf("got digest %s, existed %v, %v, want %s", again.Digest, existed, err, written.Digest)
			}
		})
		t.Run("the first writer wins", func(t *testing.T) {
			second := registry.Artifact{Type: testType, Files: map[string][]byte{"result.json": []byte("other")}}
			stands, existed, err := c.PutArtifact(ctx, repository, "check-1", second)
			if err != nil || !existed || string(stands.Files["result.json"]) != `{"passed":true}` {
				t.Errorf("got %q, existed %v, %v", stands.Files["result.json"], existed, err)
			}
		})
		t.Run("another type", func(t *testing.T) {
			if _, err := c.GetArtifact(ctx, repository, "check-1", "application/other"); err == nil || !strings.Contains(err.Error(), testType) {
				t.Errorf("got %v", err)
			}
		})
		t.Run("none", func(t *testing.T) {
			for _, where := range []string{repository, server.host + "/nothing/there"} {
				if _, err := c.GetArtifact(ctx, where, "check-2", testType); !errors.Is(err, registry.ErrNotFound) {
					t.Errorf("%s: %v", where, err)
				}
			}
		})
	})
}

// The digest must not depend on the order of a map, the time, or the machine.
func TestArtifactDigestIsStable(t *testing.T) {
	t.Parallel()
	ctx, server := testContext(t), serve(t)
	a := registry.Artifact{Type: testType, Files: map[string][]byte{"b": []byte("2"), "a": []byte("1"), "c": nil}}
	const want = "sha256:084288acfe8b3bd0c4ad065a38407c74a643fb7b5100f75a151118abbfcecd9c"
	for i := range 3 {
		written, _, err := client(t).PutArtifact(ctx, server.host+"/shop/checks", fmt.Sprint("t", i), a)
		if err != nil {
			t.Fatal(err)
		}
		if written.Digest != want {
			t.Errorf("digest %s, want %s", written.Digest, want)
		}
	}
}

func TestArtifactWritersAtOnce(t *testing.T) {
	t.Parallel()
	ctx, server := testContext(t), serveDistribution(t)
	var mu sync.Mutex
	digests := map[string]int{}
	var writers sync.WaitGroup
	for i := range 6 {
		writers.Go(func() {
			a := registry.Artifact{Type: testType, Files: map[string][]byte{"who": fmt.Append(nil, i)}}
			c := registry.New(registry.Options{})
			stands, _, err := c.PutArtifact(ctx, server.host+"/shop/checks", "race", a)
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			digests[stands.Digest]++
			mu.Unlock()
		})
	}
	writers.Wait()
	if len(digests) != 1 {
		t.Errorf("the writers got %v, want one winner", digests)
	}
}
