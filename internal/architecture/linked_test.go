package architecture

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// slow are packages that do much whenever a program starts, and why there is a way
// around them.
var slow = map[string]string{
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/schemas": "older versions of the service have none",
	"github.com/aws/aws-sdk-go-v2/service/ecr/schemas":            "older versions of the service have none",
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/schemas":    "older versions of the service have none",
	"github.com/aws/aws-sdk-go-v2/service/scheduler/schemas":      "older versions of the service have none",
	"github.com/aws/aws-sdk-go-v2/service/ecs/schemas":            "older versions of the service have none",
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/schemas": "older versions of the service have none",
	"github.com/aws/aws-sdk-go-v2/service/ssm/schemas":            "older versions of the service have none",
}

// taken are libraries that bring a package for tests with them, and why they are
// taken all the same: nothing else may bring it.
var taken = map[string]string{
	"github.com/digitorus/pkcs7": "sigstore-go reads timestamps by it, and it has a helper for tests in its code",
}

// brought says that a package is there because of such libraries alone.
func brought(packages []listed, path string) bool {
	is := false
	for _, p := range packages {
		if slices.Contains(p.Imports, path) {
			if is = taken[p.ImportPath] != ""; !is {
				return false
			}
		}
	}
	return is
}

// linkedProblems are packages of a program that serve tests only, or slow its start.
func linkedProblems(program string, packages []listed) []string {
	var problems []string
	for _, p := range packages {
		helper := ours(p.ImportPath) && strings.HasSuffix(path.Base(p.ImportPath), "test")
		if helper || p.ImportPath == "testing" && !brought(packages, "testing") || p.ImportPath == "net/http/httptest" {
			problems = append(problems, fmt.Sprintf("%s is linked into %s", p.ImportPath, program))
		}
		if around := slow[p.ImportPath]; around != "" {
			problems = append(problems, fmt.Sprintf("%s slows the start of %s: %s", p.ImportPath, program, around))
		}
	}
	return problems
}

func TestLinked(t *testing.T) {
	report(t, linkedProblems("cmd/slipway", list(t, "-deps", "./cmd/slipway")))
}

func TestLinkedProblems(t *testing.T) {
	if problems := linkedProblems("x", []listed{{ImportPath: "testing"}, {ImportPath: "github.com/digitorus/pkcs7", Imports: []string{"testing"}}}); len(problems) > 0 {
		t.Errorf("what a library brings: %q", problems)
	}
	got := linkedProblems("cmd/slipway", []listed{
		{ImportPath: "github.com/digitorus/pkcs7", Imports: []string{"testing"}}, {ImportPath: "example.com/ours", Imports: []string{"testing"}},
		{ImportPath: "fmt"}, {ImportPath: "testing"}, {ImportPath: "example.com/latest"},
		{ImportPath: module + "/pipelines/engine"}, {ImportPath: module + "/pipelines/engine/enginetest"},
		{ImportPath: "github.com/aws/aws-sdk-go-v2/service/ssm/schemas"},
	})
	want := []string{"testing is linked into cmd/slipway", module + "/pipelines/engine/enginetest is linked into cmd/slipway",
		"github.com/aws/aws-sdk-go-v2/service/ssm/schemas slows the start of cmd/slipway: older versions of the service have none"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}

// vague are names that say nothing about what a package is for.
var vague = []string{"base", "common", "helper", "helpers", "misc", "shared", "util", "utils"}

// nameProblems are vague names of a package and of the directories that it is in.
func nameProblems(p listed) []string {
	var problems []string
	for _, name := range append(strings.Split(p.path(), "/"), p.Name) {
		if slices.Contains(vague, name) {
			problems = append(problems, fmt.Sprintf("%s: the name %q says nothing", p.path(), name))
		}
	}
	return slices.Compact(problems)
}

func TestNames(t *testing.T) {
	for _, p := range list(t, "./...") {
		report(t, nameProblems(p))
	}
}

func TestNameProblems(t *testing.T) {
	tests := map[string]struct {
		path, name string
		want       []string
	}{
		"a good name":       {path: "pipelines/release", name: "release"},
		"a part of a name":  {path: "pipelines/utility", name: "utility"},
		"a vague package":   {path: "pipelines/util", name: "util", want: []string{`pipelines/util: the name "util" says nothing`}},
		"a vague directory": {path: "pipelines/common/git", name: "git", want: []string{`pipelines/common/git: the name "common" says nothing`}},
		"in disguise":       {path: "pipelines/git", name: "helpers", want: []string{`pipelines/git: the name "helpers" says nothing`}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := nameProblems(listed{ImportPath: module + "/" + test.path, Name: test.name})
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}
