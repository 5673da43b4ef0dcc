package release

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"git.example/slipway/pipelines/content"
)

func validRecord() Record {
	files, err := FileDigests(map[string][]byte{"docker-compose.yml": []byte("services: {}\n"), "config/app.env": []byte("A=1\n")})
	if err != nil {
		panic(err)
	}
	digest := "sha256:" + commitB
	return Record{
		Version: 1, Project: "tracker", Tag: "75_db4b44b", Commit: commitA, Branch: "main", Build: "75", Final: true,
		RunURL: "https://ci/75", Created: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
		Images: map[string]RecordedImage{"api": {Repository: "tracker/api", Digest: digest,
			Content: content.Tag(content.Digest("x")), Platforms: map[string]string{"linux/amd64": digest}}},
		Checks: map[string]RecordedCheck{"unit": {Passed: true, Inputs: string(content.Digest("y")), Seconds: 1.5}},
		Files:  files,
	}
}

func TestRecordRoundTrip(t *testing.T) {
	want := validRecord()
	first, err := want.Encode()
	must(t, err)
	second, err := validRecord().Encode()
	must(t, err)
	if string(first) != string(second) {
		t.Error("equal records are encoded differently")
	}
	got, err := DecodeRecord(first)
	must(t, err)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestRecordValidate(t *testing.T) {
	tests := []struct {
		name   string
		change func(*Record)
		want   string
	}{
		{"version", func(r *Record) { r.Version = 0 }, "version is 0"},
		{"project", func(r *Record) { r.Project = "" }, "project"},
		{"tag", func(r *Record) { r.Tag = "a/b" }, `"a/b"`},
		{"abbreviated commit", func(r *Record) { r.Commit = "db4b44b" }, `"db4b44b"`},
		{"time", func(r *Record) { r.Created = time.Time{} }, "created"},
		{"image's digest", func(r *Record) { i := r.Images["api"]; i.Digest = "sha256:1"; r.Images["api"] = i }, `"sha256:1"`},
		{"image's content", func(r *Record) { i := r.Images["api"]; i.Content = "latest"; r.Images["api"] = i }, `"latest"`},
		{"platform", func(r *Record) { r.Images["api"].Platforms["linux/arm64"] = "x" }, "linux/arm64"},
		{"file's digest", func(r *Record) { r.Files["config/app.env"] = "x" }, "config/app.env"},
		{"absolute file", func(r *Record) { r.Files["/etc/passwd"] = "sha256:" + commitB }, "/etc/passwd"},
		{"file outside", func(r *Record) { r.Files["../x"] = "sha256:" + commitB }, "../x"},
		{"file outside, hidden", func(r *Record) { r.Files["a/../../x"] = "sha256:" + commitB }, "a/../../x"},
		{"files for hosts in the format before them", func(r *Record) { r.HostFiles = map[string]HostFile{"config/app.env": {Mode: ModeFile}} }, "came with version 2"},
		{"file for hosts that is not there", func(r *Record) { r.Version, r.HostFiles = 2, map[string]HostFile{"x": {Mode: ModeFile}} }, `"x" for hosts`},
		{"mode", func(r *Record) { r.Version, r.HostFiles = 2, map[string]HostFile{"config/app.env": {Mode: "0777"}} }, `"0777" is no mode`},
		{"file with a drive", func(r *Record) { r.Files["C:x"] = "sha256:" + commitB }, "C:x"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := validRecord()
			test.change(&r)
			if _, err := r.Encode(); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want something with %q", err, test.want)
			}
		})
	}
}

func TestDecodeRecordErrors(t *testing.T) {
	tests := []struct{ name, data, want string }{
		{"not JSON", "<html>", "reading a release record"},
		{"something else", `{"schemaVersion": 2}`, "no release record"},
		{"null", `null`, "no release record"},
		{"newer", `{"version": 3, "images": []}`, "version 3, and this slipway knows version 2: install a newer slipway"},
		{"older", `{"version": 0}`, "version is 0"},
		{"wrong type", `{"version": 1, "images": []}`, "images"},
		{"incomplete", `{"version": 1, "project": "x"}`, "commit"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if _, err := DecodeRecord([]byte(test.data)); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want something with %q", err, test.want)
			}
		})
	}
}

func TestVerifyFiles(t *testing.T) {
	good := func() map[string][]byte {
		return map[string][]byte{"docker-compose.yml": []byte("services: {}\n"), "config/app.env": []byte("A=1\n")}
	}
	tests := []struct {
		name   string
		change func(map[string][]byte)
		want   string
	}{
		{"all there", func(map[string][]byte) {}, ""},
		{"changed", func(f map[string][]byte) { f["config/app.env"] = []byte("A=2\n") }, `"config/app.env" was changed`},
		{"missing", func(f map[string][]byte) { delete(f, "config/app.env") }, `"config/app.env" is missing`},
		{"more", func(f map[string][]byte) { f["x"] = nil }, `"x" is not recorded`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			files := good()
			test.change(files)
			err := validRecord().VerifyFiles(files)
			if (err == nil) != (test.want == "") || (err != nil && !strings.Contains(err.Error(), test.want)) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
	if diff := cmp.Diff([]string{"config/app.env", "docker-compose.yml"}, validRecord().FilePaths()); diff != "" {
		t.Error(diff)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
