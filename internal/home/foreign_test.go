package main

import (
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestNothingForeign: no file names a repository or image as ours that make home
// would not move, or that somebody else has or could take.
func TestNothingForeign(t *testing.T) {
	goMod, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	home, err := current(goMod)
	if err != nil {
		t.Fatal(err)
	}
	needGit(t, "../..")
	texts, err := tracked(t.Context(), "../..")
	if err != nil {
		t.Fatal(err)
	}
	if len(texts) < 500 {
		t.Fatalf("only %d files", len(texts))
	}
	for path, text := range texts {
		for _, problem := range foreign(text, home) {
			t.Errorf("%s:%s", path, problem)
		}
	}
}

func TestForeign(t *testing.T) {
	// Written in parts, so that this file passes the test above.
	const home, other, registry, raw = "a.example" + "/slipway", "b" + ".io", "ghcr" + ".io", "raw.githubusercontent" + ".com"
	tests := map[string]struct {
		text string
		want []string
	}{
		"ours":               {text: "one\n" + home + "/ci at " + home + "@main, https://" + home + ".git"},
		"a command's path":   {text: "go build " + home + "/cmd/slipway"},
		"an example":         {text: "code.example.net/acme/slipway, registry.example/slipway, 127.0.0.1:5000/slipway"},
		"files":              {text: "/usr/local/bin/slipway ./cmd/slipway ~/.local/share/slipway .github/workflows/slipway.yml"},
		"a longer name":      {text: home + "ish", want: []string{"1: " + home + "ish is not " + home + ", so that make home leaves it"}},
		"another repository": {text: "one\ntwo " + other + "/acme/slipway", want: []string{"2: " + other + "/acme/slipway is not ours"}},
		"over SSH":           {text: "git@" + other + ":acme/slipway.git", want: []string{"1: " + other + ":acme/slipway is not ours"}},
		"another owner":      {text: other + "/slipway-team/cli", want: []string{"1: " + other + "/slipway-team is not ours"}},
		"an image":           {text: registry + "/slipway", want: []string{"1: " + registry + "/slipway is not ours"}},
		"a raw file":         {text: raw + "/acme/Slipway/main", want: []string{"1: " + raw + "/acme/Slipway is not ours"}},
		"in a pattern":       {text: `a\.example` + "/slipway", want: []string{"1: make home does not move " + `a\.example` + "/slipway"}},
		"in a query":         {text: "?at=a.example" + "%2Fslipway", want: []string{"1: make home does not move a.example" + "%2Fslipway", "1: make home does not move a.example" + "%2Fslipway"}},
		"in capitals":        {text: "A.Example" + "/Slipway", want: []string{"1: A.Example" + "/Slipway is not " + home + ", so that make home leaves it"}},
		"the one before":     {text: "Slipway" + "HQ", want: []string{"1: " + before + " is somebody else"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, foreign(test.text, home)); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}
