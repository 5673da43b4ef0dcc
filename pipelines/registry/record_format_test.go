package registry_test

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"git.example/slipway/pipelines/registry"
	"git.example/slipway/pipelines/release"
)

// stored brings a record that a Slipway of that time published, as its registry
// has it on disk (testdata/NAME), into a repository under a tag.
func stored(t *testing.T, server *wireRegistry, name, repository, tag string) {
	t.Helper()
	dir := filepath.Join("testdata", name)
	put := func(mediaType, path, file string) {
		t.Helper()
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		method := http.MethodPut
		if strings.Contains(path, "/blobs/") {
			method = http.MethodPost
		}
		req, err := http.NewRequestWithContext(t.Context(), method, "http://"+server.host+"/v2/"+repository+path, bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", mediaType)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != http.StatusCreated {
			t.Fatalf("%s %s: status %d", method, path, resp.StatusCode)
		}
	}
	blobs, err := os.ReadDir(filepath.Join(dir, "blobs", "sha256"))
	if err != nil {
		t.Fatal(err)
	}
	for _, blob := range blobs {
		put("application/octet-stream", "/blobs/uploads/?digest=sha256:"+blob.Name(), filepath.Join(dir, "blobs", "sha256", blob.Name()))
	}
	put("application/vnd.oci.image.manifest.v1+json", "/manifests/"+tag, filepath.Join(dir, "manifest.json"))
}

// The record in testdata was published by the Slipway that first had this
// format. Every later one reads it, with the same fields.
func TestARecordOfFormatVersion1(t *testing.T) {
	t.Parallel()
	ctx, server, c := testContext(t), serve(t), client(t)
	stored(t, server, "record-v1", "shop/api", "75_efa264e.release")
	repository := server.host + "/shop/api"

	image := func(repository, digest, content string) release.RecordedImage {
		return release.RecordedImage{
			Repository: repository, Digest: digest, Content: content, Platforms: map[string]string{"linux/amd64": digest},
		}
	}
	want := release.Record{
		Version: 1, Project: "shop", Tag: "75_efa264e",
		Commit: "efa264e0e55965d23465fd709f82a292af6df750", Branch: "main", Build: "75",
		Created: time.Date(2026, 11, 27, 9, 41, 36, 0, time.UTC), Final: true,
		Images: map[string]release.RecordedImage{
			"api": image("", "sha256:d3f3f06278a6a73ec76c153e75b347b1743558dfb1bdb4450788cf2111b26185", "content-f2dcec778776773771baec3cef22cabc"),
			"web": image("storefront", "sha256:dfb528e33d7c6408e8bbcda01abee9f52cc46fcd81270601d55edadb08dee515", "content-3d738b48d0d3180d5103d1e6b568af5b"),
		},
		Checks: map[string]release.RecordedCheck{
			"unit": {Passed: true, Inputs: "3518f6b70d03b87da953607a7ac34d1faccf5eaeeba2f7a7d02402914a5a7397", Seconds: 2.243852316},
		},
		Files: map[string]string{
			"compose.yml":  "sha256:f4f0c123e30abc150f73b64448ecd6a2057a77247fe925837a7541ab73bb2fe0",
			"slipway.yaml": "sha256:ab8acc7b235b5c393e629bd4706cf2f1061c4489664ae863e7d38b629861f0a0",
		},
	}
	got, err := c.GetRecord(ctx, repository, want.Tag)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got.Record); diff != "" {
		t.Errorf("record (-want +got):\n%s", diff)
	}
	if got.Digest != "sha256:30bf9cb9d5c532cc9043d28f1c880fb8398c1e76716d7197b5a7a5fa22850929" {
		t.Errorf("digest is %s", got.Digest)
	}
	if compose := string(got.Contents["compose.yml"]); len(got.Contents) != 2 || compose != "services:\n  api: {image: api}\n  web: {image: web}\n" {
		t.Errorf("files are %v, compose.yml %q", len(got.Contents), compose)
	}

	// The same release, published again, is this one: nothing is written.
	again := want
	again.Created, again.Files = want.Created.Add(time.Hour), nil
	stands, err := c.PutRecord(ctx, repository, again, got.Contents, nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, stands.Record); diff != "" {
		t.Errorf("published again (-want +got):\n%s", diff)
	}
}

// A release of a newer Slipway is refused, and hides no other.
func TestRecordsOfANewerFormat(t *testing.T) {
	t.Parallel()
	ctx, server, c := testContext(t), serve(t), client(t)
	repository := server.host + "/shop/api"
	if _, err := c.PutRecord(ctx, repository, testRecord("75_db4b44b", digestA), nil, nil); err != nil {
		t.Fatal(err)
	}
	for _, tag := range []string{"76_db4b44b", "77_ffffff0"} {
		raw := fmt.Sprintf(`{"version":3,"tag":%q,"images":["of another form"]}`, tag)
		newer := registry.Artifact{Type: registry.RecordType, Files: map[string][]byte{"record.json": []byte(raw)}}
		if _, _, err := c.PutArtifact(ctx, repository, release.RecordTag(tag), newer); err != nil {
			t.Fatal(err)
		}
	}
	refused := func(tag string) string {
		return fmt.Sprintf(`reading release record "%s:%s.release": its format is version 3, and this slipway knows version 2: install a newer slipway`, repository, tag)
	}

	var format *release.NewerFormat
	if _, err := c.GetRecord(ctx, repository, "76_db4b44b"); !errors.As(err, &format) || err.Error() != refused("76_db4b44b") {
		t.Errorf("reading it: %v", err)
	} else if *format != (release.NewerFormat{Version: 3, Known: 2}) {
		t.Errorf("format is %+v", *format)
	}
	if _, err := c.PutRecord(ctx, repository, testRecord("76_db4b44b", digestA), nil, nil); err == nil || err.Error() != refused("76_db4b44b") {
		t.Errorf("writing over it: %v", err)
	}
	if r, err := c.GetRecord(ctx, repository, "75_db4b44b"); err != nil || r.Tag != "75_db4b44b" {
		t.Errorf("reading the one before: %v", err)
	}

	records, err := c.Records(ctx, repository, func(tag string) bool { return strings.HasSuffix(tag, "_db4b44b") }, 0)
	if !errors.As(err, &format) || err.Error() != refused("76_db4b44b") {
		t.Errorf("among others: %v", err)
	}
	if len(records) != 1 || records[0].Tag != "75_db4b44b" {
		t.Errorf("got %d records", len(records))
	}
	records, err = c.Records(ctx, repository, func(tag string) bool { return tag == "75_db4b44b" }, 0)
	if err != nil || len(records) != 1 {
		t.Errorf("not asked for: %d records, %v", len(records), err)
	}
}
