package pipelines

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/rollout"
	"git.example/slipway/pipelines/published"
	"git.example/slipway/pipelines/release"
)

// A plan that format version 1 saved is read, every key of it, and holds a deploy
// to what it says. The file was written by the first slipway that saved plans.
func TestSavedPlanOfVersion1(t *testing.T) {
	data, err := os.ReadFile("testdata/savedplan-v1.json")
	if err != nil {
		t.Fatal(err)
	}
	saved, err := ReadSavedPlan("plan.json", data)
	if err != nil {
		t.Fatal(err)
	}
	strict := json.NewDecoder(bytes.NewReader(data))
	strict.DisallowUnknownFields()
	if err := strict.Decode(&SavedPlan{}); err != nil {
		t.Errorf("a key of it is not read any more: %v", err)
	}
	want := []deploy.Change{
		{Kind: deploy.AddEnv, Subject: "PORT", Note: ".env"}, {Kind: deploy.AddEnv, Subject: "TOKEN", Note: ".env"},
		{Kind: deploy.Start, Subject: "api", After: "127.0.0.1:5391/shop/api@09139dbf9efa"}, {Kind: deploy.Start, Subject: "db", After: "busybox"},
	}
	if diff := cmp.Diff(want, saved.Targets[0].Changes); diff != "" {
		t.Errorf("changes (-want +got):\n%s", diff)
	}
	const digest = "sha256:09139dbf9efa2bcdcef8189dcef52af50b7b7c3e4649365e4ed2d7a0439ef5a7"
	record := release.Record{Images: map[string]release.RecordedImage{"api": {Digest: digest}}}
	var d rollout.Deployment
	if err := saved.expect(&d, published.Release{Record: record}); err != nil || len(d.Expect) != 1 || !strings.Contains(string(d.Expect[0].Actions), `"project": "savedplan"`) {
		t.Errorf("expecting it: %+v, %v", d.Expect, err)
	}
	saved.Record = "sha256:" + strings.Repeat("1", 64)
	if err := saved.expect(&d, published.Release{Record: record, Digest: "sha256:" + strings.Repeat("2", 64)}); err == nil {
		t.Error("another record is no reason to refuse")
	}
	saved.Record = ""
	record.Images["api"] = release.RecordedImage{Digest: "sha256:" + strings.Repeat("0", 64)}
	if err := saved.expect(&d, published.Release{Record: record}); err == nil {
		t.Error("another image is no reason to refuse")
	}
}

func TestSavedPlanOfANewerVersion(t *testing.T) {
	_, err := ReadSavedPlan("plan.json", []byte(`{"version": 2, "tag": "1", "environment": "prod"}`))
	var newer *release.NewerFormat
	if !errors.As(err, &newer) || !strings.Contains(err.Error(), "its format is version 2, and this slipway knows version 1: install a newer slipway") {
		t.Errorf("a newer version: %v", err)
	}
	if _, err := ReadSavedPlan("plan.json", []byte(`{"tag": "1"}`)); err == nil || !strings.Contains(err.Error(), "slipway plan --out plan.json") {
		t.Errorf("something else: %v", err)
	}
}
