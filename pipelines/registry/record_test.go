package registry_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"git.example/slipway/pipelines/registry"
	"git.example/slipway/pipelines/release"
)

var digestA, digestB = "sha256:" + strings.Repeat("a", 64), "sha256:" + strings.Repeat("b", 64)

func testRecord(tag string, digest string) release.Record {
	return release.Record{
		Version: 1, Project: "shop", Tag: tag, Commit: "db4b44b" + strings.Repeat("0", 33),
		Created: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
		Images:  map[string]release.RecordedImage{"api": {Repository: "shop/api", Digest: digest, Content: "content-" + strings.Repeat("1", 32)}},
		Checks:  map[string]release.RecordedCheck{"unit": {Passed: true, Seconds: 1.5}},
	}
}

func TestRecords(t *testing.T) {
	t.Parallel()
	everyRegistry(t, func(t *testing.T, server *wireRegistry) {
		ctx, c := testContext(t), client(t)
		repository := server.host + "/shop/api"
		contents := map[string][]byte{"docker-compose.prod.yml": []byte("services: {}\n"), "config/empty.conf": {}}
		record := testRecord("75_db4b44b", digestA)

		if _, err := c.GetRecord(ctx, repository, "75_db4b44b"); !errors.Is(err, registry.ErrNotFound) {
			t.Errorf("reading none: %v", err)
		}
		written, err := c.PutRecord(ctx, repository, record, contents, nil)
		if err != nil {
			t.Fatal(err)
		}
		got, err := c.GetRecord(ctx, repository, "75_db4b44b")
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(written.Record, got.Record); diff != "" {
			t.Error(diff)
		}
		if len(got.Files) != 2 || string(got.Contents["docker-compose.prod.yml"]) != "services: {}\n" || got.Digest == "" || got.Digest != written.Digest || written.Existed {
			t.Errorf("got %+v", got)
		}

		t.Run("a later record of the same images", func(t *testing.T) {
			later := record
			later.Created = later.Created.Add(time.Hour)
			stands, err := client(t).PutRecord(ctx, repository, later, contents, nil)
			if err != nil {
				t.Fatal(err)
			}
			if !stands.Existed || stands.Digest != got.Digest || !stands.Created.Equal(record.Created) {
				t.Errorf("the record was replaced: %s", stands.Created)
			}
		})
		t.Run("a record of other images", func(t *testing.T) {
			_, err := client(t).PutRecord(ctx, repository, testRecord("75_db4b44b", digestB), contents, nil)
			var conflict *registry.RecordConflict
			if !errors.As(err, &conflict) {
				t.Fatalf("got %v", err)
			}
			want := registry.RecordConflict{Reference: repository + ":75_db4b44b.release", Image: "api", Existing: digestA, Wanted: digestB}
			if *conflict != want {
				t.Errorf("got %+v, want %+v", *conflict, want)
			}
		})
	})
}

func TestListRecords(t *testing.T) {
	t.Parallel()
	ctx, server, c := testContext(t), serve(t), client(t)
	repository := server.host + "/shop/api"
	pushImage(t, repository+":75_db4b44b")
	for i, tag := range []string{"9_db4b44b", "75_db4b44b", "100_db4b44b", "101_ffffff0"} {
		r := testRecord(tag, fmt.Sprintf("sha256:%064d", i))
		r.Created = r.Created.Add(time.Duration(i) * time.Hour)
		if _, err := c.PutRecord(ctx, repository, r, nil, nil); err != nil {
			t.Fatal(err)
		}
	}
	tags := func(records []registry.Recorded) (tags []string) {
		for _, r := range records {
			tags = append(tags, r.Tag)
		}
		return tags
	}
	ofCommit := func(tag string) bool { return strings.HasSuffix(tag, "_db4b44b") }
	for limit, want := range map[int][]string{
		0: {"100_db4b44b", "75_db4b44b", "9_db4b44b"},
		2: {"100_db4b44b", "75_db4b44b"},
	} {
		records, err := c.Records(ctx, repository, ofCommit, limit)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, tags(records)); diff != "" {
			t.Errorf("limit %d: %s", limit, diff)
		}
	}
	// A tag that is listed and not there is what a killed writer may leave.
	server.answer(func(w http.ResponseWriter, r *http.Request) bool {
		return strings.HasSuffix(r.URL.Path, "/manifests/75_db4b44b.release") && refuse(w, http.StatusNotFound, "MANIFEST_UNKNOWN", "")
	})
	if records, err := c.Records(ctx, repository, ofCommit, 0); err != nil || len(records) != 2 {
		t.Errorf("got %v, %v, want the two others", tags(records), err)
	}
	if records, err := c.Records(ctx, server.host+"/nothing/there", ofCommit, 0); err != nil || len(records) != 0 {
		t.Errorf("a repository that is not there: %v, %v", records, err)
	}
}

func TestGetRecordVerifies(t *testing.T) {
	t.Parallel()
	ctx, server, c := testContext(t), serve(t), client(t)
	repository := server.host + "/shop/api"
	record := func(tag string, files map[string]string) []byte {
		r := testRecord(tag, digestA)
		r.Files = files
		raw, err := r.Encode()
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	files := map[string]string{"a": digestA}
	for name, test := range map[string]struct {
		files map[string][]byte
		want  string
	}{
		"no record":       {map[string][]byte{"other": []byte("x")}, "it has no record.json"},
		"no JSON":         {map[string][]byte{"record.json": []byte("x")}, "invalid character"},
		"newer version":   {map[string][]byte{"record.json": []byte(`{"version":3,"tag":"newer-version"}`)}, `/shop/api:newer-version.release": its format is version 3, and this slipway knows version 2: install a newer slipway`},
		"no commit":       {map[string][]byte{"record.json": []byte(`{"version":1,"tag":"no-commit"}`)}, "is not a full commit"},
		"other release":   {map[string][]byte{"record.json": record("2", nil)}, `the record of release "2"`},
		"missing file":    {map[string][]byte{"record.json": record("missing-file", files)}, `"a" is missing`},
		"changed file":    {map[string][]byte{"record.json": record("changed-file", files), "files/a": []byte("x")}, `"a" was changed`},
		"unrecorded file": {map[string][]byte{"record.json": record("unrecorded-file", nil), "files/b": []byte("x")}, `"b" is not recorded`},
	} {
		t.Run(name, func(t *testing.T) {
			tag := strings.ReplaceAll(name, " ", "-")
			a := registry.Artifact{Type: registry.RecordType, Files: test.files}
			if _, _, err := c.PutArtifact(ctx, repository, release.RecordTag(tag), a); err != nil {
				t.Fatal(err)
			}
			_, err := c.GetRecord(ctx, repository, tag)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %q in it", err, test.want)
			}
		})
	}
}
