package registry_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"git.example/slipway/pipelines/registry"
)

// hub answers every request for a manifest as answer says.
func hub(paths *[]string, answer func(http.Header) (int, string)) http.RoundTripper {
	return roundTripper(func(r *http.Request) (*http.Response, error) {
		resp := &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Request: r, Body: http.NoBody, ProtoMajor: 1, ProtoMinor: 1}
		if r.URL.Path != "/v2/" {
			*paths = append(*paths, r.URL.Host+r.URL.Path)
			status, body := answer(resp.Header)
			resp.StatusCode = status
			if r.Method != http.MethodHead {
				resp.Body = io.NopCloser(strings.NewReader(body))
			}
		}
		return resp, nil
	})
}

func TestDockerHubNames(t *testing.T) {
	t.Parallel()
	for ref, want := range map[string]string{
		"busybox":                         "index.docker.io/v2/library/busybox/manifests/latest",
		"alpine:3.20":                     "index.docker.io/v2/library/alpine/manifests/3.20",
		"acme/app:1":                      "index.docker.io/v2/acme/app/manifests/1",
		"docker.io/acme/app:1":            "index.docker.io/v2/acme/app/manifests/1",
		"index.docker.io/acme/app:1":      "index.docker.io/v2/acme/app/manifests/1",
		"registry-1.docker.io/acme/app:1": "index.docker.io/v2/acme/app/manifests/1",
		"docker.io/busybox:1":             "index.docker.io/v2/library/busybox/manifests/1",
		"registry.example.com/busybox:1":  "registry.example.com/v2/busybox/manifests/1",
	} {
		var paths []string
		c := registry.New(registry.Options{Transport: hub(&paths, func(http.Header) (int, string) { return http.StatusNotFound, "" })})
		if _, err := c.Resolve(testContext(t), ref); !errors.Is(err, registry.ErrNotFound) || strings.Contains(err.Error(), "index.docker.io") {
			t.Errorf("%s: %v", ref, err)
		}
		if len(paths) != 1 || paths[0] != want {
			t.Errorf("%s: asked for %v, want %s", ref, paths, want)
		}
	}
}

func TestDockerHubRateLimit(t *testing.T) {
	t.Parallel()
	var paths []string
	c := registry.New(registry.Options{Transport: hub(&paths, func(h http.Header) (int, string) {
		h.Set("RateLimit-Limit", "100;w=21600")
		return http.StatusTooManyRequests, `{"errors":[{"code":"TOOMANYREQUESTS","message":"You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit"}]}`
	})})
	_, err := c.Resolve(testContext(t), "acme/app:1")
	if !errors.Is(err, registry.ErrRateLimited) {
		t.Fatalf("got %v", err)
	}
	for _, want := range []string{`resolving "acme/app:1"`, "registry docker.io", "unauthenticated pull rate limit", "DOCKER_USER and DOCKER_PASS", "at most 6h0m0s"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("got %q, want %q in it", err, want)
		}
	}
	if len(paths) != 2 {
		t.Errorf("asked %d times, want one HEAD and one GET", len(paths))
	}
}

func TestMissingECRRepository(t *testing.T) {
	t.Parallel()
	var paths []string
	c := registry.New(registry.Options{Transport: hub(&paths, func(http.Header) (int, string) {
		return http.StatusNotFound, `{"errors":[{"code":"NAME_UNKNOWN","message":"The repository with name 'shop/api' does not exist in the registry with id '111111111111'"}]}`
	})})
	a := registry.Artifact{Type: testType}
	_, _, err := c.PutArtifact(testContext(t), "111111111111.dkr.ecr.us-east-1.amazonaws.com/shop/api", "1", a)
	const want = "aws ecr create-repository --registry-id 111111111111 --region us-east-1 --repository-name shop/api"
	if !errors.Is(err, registry.ErrNotFound) || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want %q in it", err, want)
	}
}
