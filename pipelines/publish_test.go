package pipelines_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-containerregistry/pkg/crane"
	"github.com/google/go-containerregistry/pkg/v1/random"

	"git.example/slipway/pipelines"
	"git.example/slipway/pipelines/registry"
)

const oneImage = `version: 1
project: shop
checks:
  unit: {build: {context: api}, run: [sh, -c, "test -f /app/main"]}
images:
  api: {context: api}
registries:
  main: {oci: {host: REGISTRY}}
`

func TestPublishNothingChanged(t *testing.T) {
	needDocker(t)
	w := serveWire(t)
	config := strings.Split(oneImage, "images:")[0] + "images:\n"
	files := map[string]string{"api/main": "x"}
	for i := range 10 {
		name := fmt.Sprintf("i%d", i)
		config += fmt.Sprintf("  %s: {context: %s}\n", name, name)
		files[name+"/Dockerfile"] = "FROM BASE\nCOPY . /app\n"
		files[name+"/main"] = name
	}
	files["api/Dockerfile"] = "FROM BASE\nCOPY . /app\n"
	files["slipway.yaml"] = config + "registries:\n  main: {oci: {host: REGISTRY}}\n"
	dir := repository(t, w, files)
	first := publish(t, open(t, dir, "1", nil, nil))

	t.Setenv("DOCKER_HOST", "unix:///nonexistent/docker.sock") // any use of the engine fails from here on
	w.reset()
	second := publish(t, open(t, dir, "2", nil, nil))
	if diff := cmp.Diff(digests(first), digests(second)); diff != "" {
		t.Errorf("digests differ:\n%s", diff)
	}
	for _, image := range second.Images {
		if image.Built {
			t.Errorf("image %s was built again", image.Name)
		}
	}
	if !second.Checks[0].Reused {
		t.Error("the check ran again on the same inputs")
	}
	// What remains is the release record, a few kilobytes.
	if w.blobBytes > 8<<10 {
		t.Errorf("%d bytes were uploaded, want the release record alone", w.blobBytes)
	}
	w.reset()
	third := publish(t, open(t, dir, "2", nil, nil))
	if !third.Existed || len(w.manifests) > 0 {
		t.Errorf("publishing an existing release: existed %v, wrote %v", third.Existed, w.manifests)
	}
	if third.Record != second.Record {
		t.Errorf("an existing release has the record %q, want %q", third.Record, second.Record)
	}
}

// TestPublishTwiceAtOnce publishes one commit under two build numbers at the
// same moment. The labels differ, so the two builds have digests of their own;
// one of them wins in both releases.
func TestPublishTwiceAtOnce(t *testing.T) {
	needDocker(t)
	w := serveWire(t)
	dir := repository(t, w, map[string]string{
		"slipway.yaml": oneImage, "api/Dockerfile": "FROM BASE\nCOPY . /app\n", "api/main": "x",
	})
	var results [2]pipelines.Published
	var failures [2]error
	done := make(chan int)
	for i := range 2 {
		p := open(t, dir, fmt.Sprint(i+1), nil, nil)
		go func() {
			results[i], failures[i] = p.Publish(t.Context(), pipelines.PublishOptions{})
			done <- i
		}()
	}
	<-done
	<-done
	if err := errors.Join(failures[:]...); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(digests(results[0]), digests(results[1])); diff != "" {
		t.Errorf("the two releases differ:\n%s", diff)
	}
	for _, r := range results {
		stored, err := crane.Digest(r.Images[0].Reference)
		if err != nil || stored != r.Images[0].Digest {
			t.Errorf("%s is %s in the registry (%v), want %s", r.Images[0].Reference, stored, err, r.Images[0].Digest)
		}
	}
}

func TestPublishStopsAtAFailedCheck(t *testing.T) {
	needDocker(t)
	tests := []struct {
		name, check, want string
	}{
		{"exit code", `run: "exit 7"`, `check "unit" failed with exit code 7`},
		{"hangs", `run: "sleep 60", timeout: 2s`, "did not end within 2s"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := serveWire(t)
			dir := repository(t, w, map[string]string{
				"slipway.yaml":   strings.Replace(oneImage, `run: [sh, -c, "test -f /app/main"]`, test.check, 1),
				"api/Dockerfile": "FROM BASE\nCOPY . /app\n", "api/main": test.name,
			})
			p := open(t, dir, "1", nil, nil)
			started := time.Now()
			_, err := p.Publish(t.Context(), pipelines.PublishOptions{})
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Fatalf("got %v, want an error with %q", err, test.want)
			}
			if took := time.Since(started); took > 50*time.Second {
				t.Errorf("it took %s: the check was not stopped", took)
			}
			for _, path := range w.manifests {
				if strings.HasSuffix(path, ".release") || strings.Contains(path, "/1_") || strings.Contains(path, "/check-") {
					t.Errorf("%s was written though the check failed", path)
				}
			}
		})
	}
}

func TestPublishRefusesATagThatStandsForAnotherImage(t *testing.T) {
	needDocker(t)
	w := serveWire(t)
	dir := repository(t, w, map[string]string{
		"slipway.yaml": oneImage, "api/Dockerfile": "FROM BASE\nCOPY . /app\n", "api/main": "x",
	})
	published := publish(t, open(t, dir, "0", nil, nil))
	p := open(t, dir, "1", nil, nil)
	byHand := w.host + "/shop/api:1_" + p.Info.Commit[:7]
	image, err := random.Image(1024, 1)
	if err != nil {
		t.Fatal(err)
	}
	if err := crane.Push(image, byHand); err != nil {
		t.Fatal(err)
	}
	other, err := image.Digest()
	if err != nil {
		t.Fatal(err)
	}
	_, err = p.Publish(t.Context(), pipelines.PublishOptions{})
	var conflict *registry.TagConflict
	if !errors.As(err, &conflict) {
		t.Fatalf("got %v, want a conflict", err)
	}
	for _, digest := range []string{published.Images[0].Digest, other.String()} {
		if !strings.Contains(err.Error(), digest) {
			t.Errorf("the error lacks digest %s: %v", digest, err)
		}
	}
	if stands, err := crane.Digest(byHand); err != nil || stands != other.String() {
		t.Errorf("the tag was moved to %s (%v)", stands, err)
	}
}
