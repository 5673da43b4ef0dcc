package pipelines

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"git.example/slipway/internal/projecttest"
	"git.example/slipway/internal/registrytest"
	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/content"
	"git.example/slipway/pipelines/deploy/journal"
	"git.example/slipway/pipelines/published"
	"git.example/slipway/pipelines/release"
	"git.example/slipway/pipelines/report"
)

const unprotected = `version: 1
project: shop
checks:
  unit: {image: busybox, run: "true"}
images:
  api: {context: api}
registries:
  main: {oci: {host: REGISTRY}}
environments:
  prod: {registry: main, deploy: {web: {compose: {file: compose.yml, path: stack}}}}
`

// putRelease writes the record of a release that was published with config.
func putRelease(t *testing.T, p *Project, repository, config string, record release.Record) {
	t.Helper()
	putImage(t, p, repository, config, "sha256:"+strings.Repeat("a", 64), record)
}

// putImage is putRelease with an image of that digest.
func putImage(t *testing.T, p *Project, repository, config, digest string, record release.Record) {
	t.Helper()
	record.Version, record.Project, record.Commit = 1, "shop", p.Info.Commit
	record.Created = time.Now().UTC()
	record.Images = map[string]release.RecordedImage{"api": {
		Digest: digest, Content: content.Tag(content.Digest("test")),
	}}
	files := map[string][]byte{"slipway.yaml": []byte(config), "compose.yml": []byte("services: [")}
	if _, err := p.workspace.Registry.PutRecord(t.Context(), repository, record, files, nil); err != nil {
		t.Fatal(err)
	}
}

// A release that was published before its environment was protected does not
// get around the protection.
func TestProtectionOfTodayHolds(t *testing.T) {
	host := registrytest.Serve(t)
	config := strings.ReplaceAll(unprotected, "REGISTRY", host)
	tests := []struct{ name, protection, want string }{
		{"protected", "protected: true, registry", "takes no release without a build number"},
		{"promoted", "promote-from: staging, registry", `has not verified this one`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			staging := "  staging: {registry: main, deploy: {web: {compose: {file: compose.yml, path: staging}}}}\n"
			projecttest.Write(t, dir, "slipway.yaml", strings.Replace(config, "{registry", "{"+test.protection, 1)+staging)
			p := openWith(t, dir, nil)
			putRelease(t, p, host+"/shop/api", config, release.Record{Tag: "dev"})
			_, err := p.Deploy(t.Context(), DeployOptions{Env: "prod", Tag: "dev"})
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want an error with %q", err, test.want)
			}
		})
	}
}

// A release is proven in the environment before when all of its targets have
// verified it.
func TestProvenOnEveryTarget(t *testing.T) {
	dir := t.TempDir()
	projecttest.Write(t, dir, "slipway.yaml", unprotected+`  staging:
    registry: main
    deploy: {web: {compose: {file: compose.yml, path: staging}}, worker: {compose: {file: worker.yml, path: worker}}}
`)
	p := openWith(t, dir, nil)
	record := release.Record{Tag: "1", Commit: p.Info.Commit}
	for i, step := range []struct {
		target, outcome string
		proven          bool
	}{
		{"web", "deployed", false},
		{"worker", "rolled-back", false},
		{"worker", "deployed", true},
	} {
		projecttest.Write(t, dir, fmt.Sprintf("staging/.slipway/staging/history/%d.json", i+1),
			fmt.Sprintf(`{"id": %d, "tag": "1", "commit": %q, "outcome": %q, "targets": [%q]}`, i+1, record.Commit, step.outcome, step.target))
		if err := admissionTo(p, "prod", config.Environment{}, record).provenIn(t.Context(), "staging"); (err == nil) != step.proven {
			t.Errorf("after %s was %s: %v", step.target, step.outcome, err)
		}
	}
}

// admissionTo asks whether a release may go to an environment.
func admissionTo(p *Project, name string, e config.Environment, record release.Record) admission {
	return admission{
		workspace: p.workspace, targets: p.targets, release: published.Release{Record: record},
		environment: config.Entry[config.Environment]{Name: name, Value: e},
	}
}

// notices keeps what a user is told.
type notices []string

func (n *notices) Report(e report.Event) {
	if notice, ok := e.(report.Notice); ok {
		*n = append(*n, notice.Text)
	}
}

func TestGuardWithoutHistory(t *testing.T) {
	dir := t.TempDir()
	projecttest.Write(t, dir, "slipway.yaml", unprotected)
	p := openWith(t, dir, nil)
	record, live := release.Record{Tag: "2", Commit: p.Info.Commit}, &journal.Entry{Tag: "1", Commit: strings.Repeat("2", 40)}
	for _, protected := range []bool{true, false} {
		t.Run(fmt.Sprintf("protected %t", protected), func(t *testing.T) {
			var told notices
			p.workspace.Reporter = &told
			err := admissionTo(p, "prod", config.Environment{Protected: protected}, record).guard(t.Context(), live)
			if refused := err != nil; refused != protected || refused == (len(told) > 0) {
				t.Errorf("error %v, told %q", err, told)
			}
		})
	}
}
