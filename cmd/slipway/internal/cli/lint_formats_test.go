package cli

import (
	"bytes"
	"encoding/json"
	"testing"

	"git.example/slipway/pipelines/lint"
)

var findings = []lint.Finding{
	{File: "a,b.yml", Line: 3, Column: 5, Severity: lint.Error, Rule: "image-latest", Message: "100% wrong\nhere", Fix: "write 1"},
	{File: "slipway.yaml", Severity: lint.Info, Rule: "image-digest", Message: "no digest"},
}

// TestLintAnnotations: what GitHub takes for control characters is escaped.
func TestLintAnnotations(t *testing.T) {
	var out bytes.Buffer
	printAnnotations(&globals{env: Environment{Out: &out}}, findings)
	want := "::error file=a%2Cb.yml,line=3,col=5,title=image-latest::100%25 wrong%0Ahere: write 1\n::notice file=slipway.yaml,title=image-digest::no digest\n"
	if out.String() != want {
		t.Errorf("got %s\nwant %s", out.String(), want)
	}
}

// TestLintSARIF: every result names a rule that the tool describes, and a place.
func TestLintSARIF(t *testing.T) {
	var out bytes.Buffer
	printSARIF(&globals{env: Environment{Out: &out}}, findings)
	var got sarif
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	rules := map[string]bool{}
	for _, r := range got.Runs[0].Tool.Driver.Rules {
		rules[r.ID] = r.Full.Text != ""
	}
	if len(got.Runs[0].Results) != 2 {
		t.Fatalf("%d results", len(got.Runs[0].Results))
	}
	for n, r := range got.Runs[0].Results {
		if !rules[r.Rule] || r.Locations[0].Physical.Artifact.URI != findings[n].File {
			t.Errorf("%+v", r)
		}
	}
	if region := got.Runs[0].Results[0].Locations[0].Physical.Region; region == nil || region.Line != 3 {
		t.Errorf("region %+v", region)
	}
}
