package registry_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"git.example/slipway/internal/registrytest"
	"git.example/slipway/pipelines/registry"
	"git.example/slipway/pipelines/secrets"
)

// What is no registry's answer is never taken for one: not for an image's digest
// above all.
func TestAnswersThatAreNone(t *testing.T) {
	t.Parallel()
	const index = "application/vnd.oci.image.index.v1+json"
	page := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, "<html>Sign in to the network</html>")
	}
	text := func(contentType, body string) func(http.ResponseWriter, *http.Request) {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", contentType)
			w.Header().Set("Content-Length", strconv.Itoa(len(body)))
			_, _ = io.WriteString(w, body)
		}
	}
	manifests := func(r *http.Request) bool { return strings.Contains(r.URL.Path, "/manifests/") }
	everything := func(*http.Request) bool { return true }
	tags := func(r *http.Request) bool { return strings.Contains(r.URL.Path, "/tags/") }
	resolve := func(ctx context.Context, c *registry.Client, host string) error {
		_, err := c.Resolve(ctx, host+"/shop/api:1")
		return err
	}
	list := func(ctx context.Context, c *registry.Client, host string) error {
		for _, err := range c.Tags(ctx, host+"/shop/api") {
			if err != nil {
				return err
			}
		}
		return nil
	}
	for name, test := range map[string]struct {
		when   func(*http.Request) bool
		answer func(http.ResponseWriter, *http.Request)
		do     func(context.Context, *registry.Client, string) error
		want   []string
	}{
		"a sign-in page everywhere": {everything, page, resolve, []string{"does not answer as a registry: the answer is a web page (text/html)", "sign-in page"}},
		"a page for a manifest":     {manifests, page, resolve, []string{"web page"}},
		"a page for the tags":       {tags, page, list, []string{"web page"}},
		"nothing":                   {manifests, text(index, ""), resolve, []string{"the answer is empty"}},
		"half of it":                {manifests, text(index, `{"schemaVersion":2,"manifests":[`), resolve, []string{"not valid JSON"}},
		"half a list":               {tags, text("application/json", `{"tags":["a",`), list, []string{"not valid JSON"}},
		"other JSON":                {manifests, text("application/json", `{"status":"ok"}`), resolve, []string{"it has no schemaVersion", `"application/json"`}},
		"a huge manifest":           {manifests, text(index, `{"schemaVersion":2,"x":"`+strings.Repeat("x", 5<<20)+`"}`), resolve, []string{"the manifest is larger than 4 MiB"}},
		"a huge list":               {tags, text("application/json", `{"tags":["`+strings.Repeat("x", 17<<20)+`"]}`), list, []string{"larger than 16 MiB"}},
		"another digest": {manifests, text(index, `{"schemaVersion":2}`), func(ctx context.Context, c *registry.Client, host string) error {
			_, err := c.Resolve(ctx, host+"/shop/api@sha256:"+strings.Repeat("0", 64))
			return err
		}, []string{"is not what the digest stands for", "sha256:000000"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := serve(t)
			server.answer(func(w http.ResponseWriter, r *http.Request) bool {
				if test.when(r) {
					// What is sent with HEAD is GET's header, without a digest.
					test.answer(w, r)
					return true
				}
				return false
			})
			start := time.Now()
			err := test.do(testContext(t), registry.New(registry.Options{}), server.host)
			wants(t, fmt.Sprint(err), append(test.want, server.host)...)
			if took := time.Since(start); took > 3*time.Second {
				t.Errorf("it was tried again for %s", took)
			}
		})
	}
}

// Tags that go round in a circle, and the address of a next page that only the
// registry itself can reach.
func TestPagesOfTags(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		link func(r *http.Request) string
		want string
		tags int
	}{
		"the same page again": {func(r *http.Request) string { return r.URL.RequestURI() }, "its pages of tags go round in a circle", 0},
		"a circle of two": {func(r *http.Request) string {
			return fmt.Sprintf("/v2/shop/api/tags/list?last=%t", r.URL.Query().Get("last") != "true")
		}, "its pages of tags go round in a circle", 0},
		"an inner address": {func(r *http.Request) string {
			if r.URL.Query().Get("last") == "b" {
				return ""
			}
			return "http://registry.internal:5000/v2/shop/api/tags/list?last=b&n=2"
		}, "", 4},
		"a page that is gone": {func(r *http.Request) string {
			return "/v2/shop/other/tags/list?last=b"
		}, "does not exist", 0},
	} {
		t.Run(name, func(t *testing.T) {
			server := serve(t)
			server.answer(func(w http.ResponseWriter, r *http.Request) bool {
				if r.URL.Path != "/v2/shop/api/tags/list" {
					return false
				}
				if link := test.link(r); link != "" {
					w.Header().Set("Link", "<"+link+`>; rel="next"`)
				}
				_, _ = io.WriteString(w, `{"tags":["a","b"]}`)
				return true
			})
			n := 0
			var failed error
			for _, err := range registry.New(registry.Options{}).Tags(testContext(t), server.host+"/shop/api") {
				n, failed = n+1, err
			}
			if test.want == "" && (failed != nil || n != test.tags) {
				t.Errorf("got %d tags, %v", n, failed)
			}
			if test.want != "" {
				wants(t, fmt.Sprint(failed), test.want)
			}
		})
	}
}

// A redirect without an end names its addresses, without what is secret in them.
func TestRedirectsWithoutEnd(t *testing.T) {
	t.Parallel()
	for name, to := range map[string]func(r *http.Request) string{
		"to itself": func(r *http.Request) string { return r.URL.Path },
		"with a counter": func(r *http.Request) string {
			return fmt.Sprintf("%s?n=%d&X-Signature=%s", r.URL.Path, time.Now().UnixNano(), canary)
		},
		"there and back":  func(r *http.Request) string { return strings.TrimSuffix("/other"+r.URL.Path, r.URL.Path) },
		"to another port": nil,
	} {
		t.Run(name, func(t *testing.T) {
			server, second := serve(t), serve(t)
			for from, other := range map[*wireRegistry]string{server: second.host, second: server.host} {
				from.answer(func(w http.ResponseWriter, r *http.Request) bool {
					at := "http://" + other + r.URL.Path
					if to != nil {
						at = to(r)
					}
					w.Header().Set("Location", at)
					w.WriteHeader(http.StatusTemporaryRedirect)
					return true
				})
			}
			start := time.Now()
			_, err := registry.New(registry.Options{}).Resolve(testContext(t), server.host+"/shop/api:1")
			if !errors.Is(err, registry.ErrUnavailable) {
				t.Errorf("got %v", err)
			}
			wants(t, fmt.Sprint(err), "it is redirected without an end: ", "http://"+server.host+"/v2/")
			if strings.Contains(err.Error(), canary) {
				t.Errorf("the query is in %v", err)
			}
			if took := time.Since(start); took > 3*time.Second {
				t.Errorf("it took %s", took)
			}
		})
	}
}

// A login is for its registry alone, wherever that sends us; and a registry on a
// private network may send us to its neighbours.
func TestLoginsDoNotFollowRedirects(t *testing.T) {
	t.Parallel()
	source, storage := serve(t), serve(t)
	digest := pushImage(t, source.host+"/shop/api:1")
	var leaked []string
	storage.answer(func(w http.ResponseWriter, r *http.Request) bool {
		if r.Header.Get("Authorization") != "" {
			leaked = append(leaked, r.URL.Path)
		}
		return false
	})
	// The storage has the blobs under the same paths.
	pushSame(t, source.host, storage.host, digest)
	source.answer(func(w http.ResponseWriter, r *http.Request) bool {
		if user, password, _ := r.BasicAuth(); user != "ci" || password != canary {
			w.Header().Set("WWW-Authenticate", `Basic realm="test"`)
			return refuse(w, http.StatusUnauthorized, "UNAUTHORIZED", "authentication required")
		}
		if r.Method != http.MethodGet || !strings.Contains(r.URL.Path, "/blobs/") {
			return false
		}
		http.Redirect(w, r, "http://"+storage.host+r.URL.Path+"?X-Signature=s", http.StatusTemporaryRedirect)
		return true
	})
	storage.take()
	c := registry.New(registry.Options{Logins: map[string]registry.Login{source.host: {Username: "ci", Password: secrets.NewValue(canary)}}})
	if _, err := c.Platforms(testContext(t), source.host+"/shop/api@"+digest); err != nil {
		t.Error(err)
	}
	if len(storage.take()) == 0 || len(leaked) > 0 {
		t.Errorf("the storage was asked with the login: %v", leaked)
	}
}

func pushSame(t *testing.T, from, to, digest string) {
	t.Helper()
	c := registry.New(registry.Options{})
	if err := c.Copy(testContext(t), from+"/shop/api@"+digest, to+"/shop/api"); err != nil {
		t.Fatal(err)
	}
}

// Tokens come from a server of their own, mostly, with the registry's authority;
// one on the same private network is named by its address.
func TestTokenServerElsewhere(t *testing.T) {
	t.Parallel()
	given := &tokens{granted: map[string][]string{}}
	ours := newAuthority(t)
	config := &tls.Config{Certificates: []tls.Certificate{ours.issue(t, "auth.example.com", tomorrow()), ours.issue(t, "registry.example.com", tomorrow())}}
	auth := serveTLS(t, config, http.HandlerFunc(given.give))
	challenged := func(realm func() string) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !given.allow(r, "repository:"+repositoryOf(r.URL.Path)+":pull") {
				w.Header().Set("WWW-Authenticate", fmt.Sprintf(`Bearer realm=%q,service="test"`, realm()))
				refuse(w, http.StatusUnauthorized, "UNAUTHORIZED", "authentication required")
				return
			}
			registrytest.Handler().ServeHTTP(w, r)
		})
	}
	home := t.TempDir()
	writeFile(t, home+"/.config/docker/certs.d/"+ownHost+"/ca.crt", ours.pem())
	named := serveTLS(t, config, challenged(func() string { return "https://auth.example.com/token" }))
	addressed := serveTLS(t, config, challenged(func() string { return "https://" + auth + "/token" }))
	for name, test := range map[string]struct{ host string }{"by name, with the registry's authority": {ownHost}, "by its address": {addressed}} {
		t.Run(name, func(t *testing.T) {
			env := append(network{ownHost: named, "auth.example.com": auth}.serve(t), "HOME", home)
			err := resolveAt(t, test.host, env, func(o *registry.Options) {
				o.Logins = map[string]registry.Login{test.host: {Username: "ci", Password: secrets.NewValue(canary)}}
			})
			if !errors.Is(err, registry.ErrNotFound) {
				t.Errorf("got %v, want the registry's answer", err)
			}
		})
	}
}

func TestProxiesThatRefuse(t *testing.T) {
	t.Parallel()
	closed := freeAddress(t)
	wanting := serveHandler(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusProxyAuthRequired) })).host
	failing := serveHandler(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) })).host
	for name, test := range map[string]struct {
		env      []string
		insecure bool
		want     []string
	}{
		"a login is missing":     {[]string{"HTTPS_PROXY", "http://" + wanting}, false, []string{"the proxy " + wanting + " of HTTPS_PROXY", "407 Proxy Authentication Required", "give the proxy's login in HTTPS_PROXY", "NO_PROXY=registry.example.com"}},
		"in lower case":          {[]string{"https_proxy", "http://" + wanting}, false, []string{"the proxy " + wanting}},
		"it is not there":        {[]string{"HTTPS_PROXY", "http://user:" + canary + "@" + closed}, false, []string{"the proxy " + closed + " of HTTPS_PROXY", "connection refused", "correct HTTPS_PROXY"}},
		"it does not get there":  {[]string{"HTTPS_PROXY", "http://" + failing}, false, []string{"it answers with status 502"}},
		"a login, in plain HTTP": {[]string{"HTTP_PROXY", "http://" + wanting, "HTTPS_PROXY", "http://" + wanting}, true, []string{"407"}},
		"it is not asked":        {[]string{"HTTPS_PROXY", "http://" + closed, "NO_PROXY", "registry.invalid"}, false, nil},
	} {
		t.Run(name, func(t *testing.T) {
			host := ownHost
			if test.want == nil {
				host = "registry.invalid"
			}
			err := resolveAt(t, host, test.env, func(o *registry.Options) {
				if test.insecure {
					o.Insecure = []string{ownHost}
				}
			})
			if !errors.Is(err, registry.ErrUnavailable) {
				t.Errorf("got %v, want ErrUnavailable", err)
			}
			wants(t, err.Error(), test.want...)
			if strings.Contains(err.Error(), canary) || test.want == nil && strings.Contains(err.Error(), "proxy") {
				t.Errorf("it says too much: %v", err)
			}
		})
	}
}
