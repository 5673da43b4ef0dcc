package pipelines

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"git.example/slipway/internal/projecttest"
	"git.example/slipway/internal/registrytest"
	"git.example/slipway/pipelines/content"
	"git.example/slipway/pipelines/evidence"
	"git.example/slipway/pipelines/lint"
	"git.example/slipway/pipelines/published"
	"git.example/slipway/pipelines/release"
)

// A protected environment refuses at publish, at deploy and in the plan what lint
// calls an error there, and nothing else; others take it, with a warning.
func TestProtectedTakesNoBuildAndNoLatest(t *testing.T) {
	host := registrytest.Serve(t)
	const api = "  api: {image: '${API_IMAGE}', restart: always, healthcheck: {test: [CMD, a]}}\n"
	for name, test := range map[string]struct {
		compose string
		others  map[string]string
		refused string
	}{
		"all well":                 {compose: "services:\n" + api + "  db: {image: 'postgres:16', restart: always}\n"},
		"build":                    {compose: "services:\n" + api + "  b: {build: .}\n", refused: "compose.yml:3: service b has build:"},
		"latest":                   {compose: "services:\n" + api + "  b: {image: 'redis:latest'}\n", refused: "compose.yml:3: the image of service b"},
		"no tag":                   {compose: "services:\n" + api + "  b: {image: redis}\n", refused: "compose.yml:3: the image of service b"},
		"latest as a default":      {compose: "services:\n" + api + "  b: {image: 'redis:${TAG:-latest}'}\n", refused: "compose.yml:3: the image of service b"},
		"latest in another's":      {compose: "services:\n" + api + "  b: {image: 'redis:${TAG:-${OTHER:-latest}}'}\n", refused: "compose.yml:3: the image of service b"},
		"a default that has one":   {compose: "services:\n" + api + "  b: {image: 'redis:${TAG:-7}'}\n"},
		"a tag that nobody knows":  {compose: "services:\n" + api + "  b: {image: 'redis:${TAG}'}\n"},
		"by digest":                {compose: "services:\n" + api + "  b: {image: 'redis@sha256:" + strings.Repeat("a", 64) + "'}\n"},
		"in an anchor":             {compose: "x-b: &b {image: redis}\nservices:\n" + api + "  b:\n    <<: *b\n", refused: "compose.yml:1: the image of service b"},
		"by extends":               {compose: "services:\n" + api + "  a: {image: redis}\n  b: {extends: a}\n", refused: "compose.yml:3: the image of service a"},
		"with a profile":           {compose: "services:\n" + api + "  b: {image: redis, profiles: [tools]}\n", refused: "compose.yml:3: the image of service b"},
		"accepted with a comment":  {compose: "services:\n" + api + "  b: {image: redis} # slipway:ignore image-latest\n"},
		"another is accepted":      {compose: "services:\n" + api + "  b: {build: .} # slipway:ignore image-latest\n", refused: "service b has build:"},
		"other errors stay lint's": {compose: "services:\n" + api + "  b: {image: 'redis:7', environment: {PASSWORD: hunter2}}\n"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, protected := range []bool{true, false} {
				config := strings.ReplaceAll(unprotected, "REGISTRY", host)
				if protected {
					config = strings.Replace(config, "{registry: main, deploy", "{protected: true, registry: main, deploy", 1)
				}
				dir := t.TempDir()
				projecttest.Write(t, dir, "slipway.yaml", config)
				projecttest.Write(t, dir, "compose.yml", test.compose)
				p := openWith(t, dir, nil)
				tag := strings.ToLower(fmt.Sprintf("%d_%s_%v", time.Now().UnixNano(), strings.Map(plainLetters, name), protected))
				files := map[string][]byte{"slipway.yaml": []byte(config), "compose.yml": []byte(test.compose)}
				record := release.Record{
					Version: 1, Project: "shop", Tag: tag, Commit: p.Info.Commit, Created: time.Now().UTC(), Final: true,
					Images: map[string]release.RecordedImage{"api": {Digest: "sha256:" + strings.Repeat("a", 64), Content: content.Tag(content.Digest("test"))}},
					Checks: map[string]release.RecordedCheck{"unit": {Passed: true}},
				}
				if _, err := p.workspace.Registry.PutRecord(t.Context(), host+"/shop/api", record, files, nil); err != nil {
					t.Fatal(err)
				}
				refusal := func(doing string, err error) {
					t.Helper()
					var refused *Refusal
					is := errors.As(err, &refused) && strings.Contains(err.Error(), test.refused) && strings.HasPrefix(err.Error(), doing)
					if want := protected && test.refused != ""; want && !is || !want && errors.As(err, &refused) {
						t.Errorf("protected %v, %s: %v", protected, doing, err)
					}
				}
				refusal("publishing", publishable(t.Context(), p.workspace, published.Release{Record: record, Files: files}))
				environment, err := p.workspace.Environment("prod")
				if err != nil {
					t.Fatal(err)
				}
				a := admission{workspace: p.workspace, targets: p.targets, environment: environment, release: published.Release{Record: record, Files: files}, evidence: evidence.Evidence{Kind: evidence.Git}}
				refusal("deploying", a.admit(t.Context()))
				if name == "build" && protected {
					_, err := p.Deploy(t.Context(), DeployOptions{Env: "prod", Tag: tag})
					refusal("deploying", err)
					planned, err := p.Plan(t.Context(), PlanOptions{Env: "prod", Tag: tag})
					if err == nil && len(planned.Refused) == 0 {
						t.Error("the plan refuses nothing")
					}
				}
				findings, err := p.Lint(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				found := false
				for _, f := range findings {
					found = found || f.Severity == lint.Error && (f.Rule == "image-latest" || f.Rule == "build-in-production")
				}
				if found != (test.refused != "") {
					t.Errorf("lint found %v: %+v", found, findings)
				}
			}
		})
	}
}

func plainLetters(r rune) rune {
	if r >= 'a' && r <= 'z' {
		return r
	}
	return -1
}
