package pipelines

import (
	"strings"
	"testing"
	"time"

	"github.com/slipwayhq/slipway/pipelines/release"
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
		Digest: digest, Content: release.ContentTag(release.Digest("test")),
	}}
	files := map[string][]byte{"slipway.yaml": []byte(config), "compose.yml": []byte("services: [")}
	if _, err := p.registry.PutRecord(t.Context(), repository, record, files); err != nil {
		t.Fatal(err)
	}
}

// A release that was published before its environment was protected does not
// get around the protection.
func TestProtectionOfTodayHolds(t *testing.T) {
	host := serveRegistry(t)
	config := strings.ReplaceAll(unprotected, "REGISTRY", host)
	tests := []struct{ name, protection, want string }{
		{"protected", "protected: true, registry", "takes no release without a build number"},
		{"promoted", "promote-from: staging, registry", `has not verified this one`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			staging := "  staging: {registry: main, deploy: {web: {compose: {file: compose.yml, path: staging}}}}\n"
			write(t, dir, "slipway.yaml", strings.Replace(config, "{registry", "{"+test.protection, 1)+staging)
			p := openWith(t, dir, nil)
			putRelease(t, p, host+"/shop/api", config, release.Record{Tag: "dev"})
			_, err := p.Deploy(t.Context(), DeployOptions{Env: "prod", Tag: "dev"})
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want an error with %q", err, test.want)
			}
		})
	}
}
