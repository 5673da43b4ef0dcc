package published

import (
	"errors"
	"io"
	"net/http"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"git.example/slipway/internal/projecttest"
	"git.example/slipway/internal/registrytest"
	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/registry"
	"git.example/slipway/pipelines/release"
	"git.example/slipway/pipelines/workspace"
)

const images = "images: {api: {context: api}, web: {context: web}}\n"

func project(host, rest string) string {
	return "version: 1\nproject: shop\nregistries: {main: {oci: {host: " + quoted(host) + "}}, other: {oci: {host: other.example}}}\n" + rest
}

func quoted(host string) string { return `"` + host + `"` }

// A release is found wherever its record was put: where records are, or where an
// older slipway put it, which was beside the image that came first then.
func TestFindEarlierRecords(t *testing.T) {
	tests := map[string]struct {
		rest, in string
		found    bool
	}{
		"where records are":                 {images, "shop/release", true},
		"beside the first image":            {images, "shop/api", true},
		"a new first image came since":      {"images: {new: {context: new}, api: {context: api}}\n", "shop/api", true},
		"another order":                     {"images: {web: {context: web}, api: {context: api}}\n", "shop/api", true},
		"beside an image of another name":   {"images: {api: {context: api, repository: backend}}\n", "backend", true},
		"record says where":                 {"record: {repository: shop/records}\n" + images, "shop/records", true},
		"record says where since then":      {"record: {repository: shop/records}\n" + images, "shop/release", true},
		"and before it was beside an image": {"record: {repository: shop/records}\n" + images, "shop/api", true},
		"beside something that is no image": {images, "shop/gone", false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			host, _ := serveRegistry(t)
			r := open(t, project(host, test.rest), nil)
			r.record(t, host+"/"+test.in, "1_1111111", time.Now())
			for _, tag := range []string{"1_1111111", ""} {
				found, err := r.Find(t.Context(), r.to(t, "main"), tag)
				if (err == nil) != test.found {
					t.Errorf("finding %q: %v", tag, err)
				}
				if test.found && found.Reference != host+"/"+test.in+":1_1111111.release" {
					t.Errorf("found %s", found.Reference)
				}
			}
		})
	}
}

// Of a commit's releases the newest counts, wherever it is.
func TestNewestOfEarlierRecords(t *testing.T) {
	host, _ := serveRegistry(t)
	r := open(t, project(host, images), nil)
	r.record(t, host+"/shop/api", "1_1111111", time.Now().Add(-time.Hour))
	r.record(t, host+"/shop/web", "2_1111111", time.Now())
	if tag, _, err := r.Newest(t.Context(), r.to(t, "main")); err != nil || tag != "2_1111111" {
		t.Errorf("newest is %q: %v", tag, err)
	}
	r.record(t, host+"/shop/release", "1_1111112", time.Now()) // of no such commit's tag
	r.record(t, host+"/shop/release", "3_1111111", time.Now().Add(-2*time.Hour))
	if tag, _, err := r.Newest(t.Context(), r.to(t, "main")); err != nil || tag != "3_1111111" {
		t.Errorf("newest is %q: %v", tag, err)
	}
}

// Where a release is in its place nothing needs the images: they may be in a bake
// file that only Docker can read.
func TestFindNeedsNoImages(t *testing.T) {
	host, asked := serveRegistry(t)
	noDocker := errors.New("no docker here")
	r := open(t, project(host, "images: {bake: docker-bake.hcl}\n"), func() (config.Map[config.Image], error) { return nil, noDocker })
	r.record(t, host+"/shop/release", "1_1111111", time.Now())
	for _, tag := range []string{"1_1111111", ""} {
		if _, err := r.Find(t.Context(), r.to(t, "main"), tag); err != nil {
			t.Errorf("finding %q: %v", tag, err)
		}
	}
	_, err := r.Find(t.Context(), r.to(t, "main"), "2_1111111")
	if !errors.Is(err, noDocker) || !strings.Contains(err.Error(), `release "2_1111111" is not in registry "main"`) || !strings.HasSuffix(err.Error(), "can't be told here: no docker here") {
		t.Errorf("finding one that is not there: %v", err)
	}
	if slices.ContainsFunc(asked(), func(path string) bool {
		return !strings.Contains(path, "/shop/release") && !strings.HasSuffix(path, "/v2/")
	}) {
		t.Errorf("asked for %v", asked())
	}
}

// Some registries deny what is not there. An old release is found all the same,
// one that is nowhere is said to be denied, with what to do, and a publish goes on.
func TestFindWhereAbsenceIsDenied(t *testing.T) {
	inner := registrytest.Handler()
	host := registrytest.ServeHandler(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/v2/shop/release/") || strings.HasPrefix(r.URL.Path, "/v2/shop/web/") {
			w.WriteHeader(http.StatusForbidden)
			_, _ = io.WriteString(w, `{"errors":[{"code":"DENIED","message":"requested access to the resource is denied"}]}`)
			return
		}
		inner.ServeHTTP(w, r)
	}))
	r := open(t, project(host, images), nil)
	to := r.to(t, "main")
	_, err := r.Find(t.Context(), to, "1_1111111")
	if !errors.Is(err, registry.ErrDenied) || !strings.Contains(err.Error(), "release records have a repository of their own: create "+host+"/shop/release") {
		t.Errorf("a release that is nowhere: %v", err)
	}
	if _, ok, err := r.Existing(t.Context(), "1_1111111", []Destination{to}, false); ok || err != nil {
		t.Errorf("publishing it: existed %t, %v", ok, err)
	}
	err = r.Prepare(t.Context(), []Destination{to}, Images{"api": ""})
	if !errors.Is(err, registry.ErrDenied) || !strings.Contains(err.Error(), "create "+host+"/shop/release") {
		t.Errorf("before it is built: %v", err)
	}
	r.record(t, host+"/shop/api", "1_1111111", time.Now())
	for _, tag := range []string{"1_1111111", ""} {
		if _, err := r.Find(t.Context(), to, tag); err != nil {
			t.Errorf("finding %q: %v", tag, err)
		}
	}
}

// An image that is not in slipway.yaml any more may be the one that a record is
// beside: git has the slipway.yaml of then.
func TestFindBesideAFormerImage(t *testing.T) {
	host := registrytest.Serve(t)
	dir := t.TempDir()
	git := func(args ...string) {
		t.Helper()
		command := exec.Command("git", append([]string{"-c", "user.name=t", "-c", "user.email=t@example.com", "-C", dir}, args...)...)
		if out, err := command.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
	projecttest.Write(t, dir, "slipway.yaml", project(host, "images: {old: {context: old}}\n"))
	git("init", "-q")
	git("add", "-A")
	git("commit", "-q", "-m", "x")
	projecttest.Write(t, dir, "slipway.yaml", project(host, images))
	git("commit", "-q", "-a", "-m", "y")
	w, err := workspace.Open(t.Context(), workspace.Options{
		Dir: dir, Engine: workspace.DockerEngine, Lookup: projecttest.Lookup(nil), Overrides: release.Overrides{Build: "1"},
	})
	if err != nil {
		t.Fatal(err)
	}
	r := registriesOf(t, w, nil)
	tag := "1_" + r.workspace.Info.Commit[:7]
	r.record(t, host+"/shop/old", tag, time.Now())
	if _, err := r.Find(t.Context(), r.to(t, "main"), tag); err != nil {
		t.Error(err)
	}
}
