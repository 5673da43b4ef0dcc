package pipelines_test

import (
	"strings"
	"testing"

	"git.example/slipway/pipelines"
)

// TestPublishBake takes a bake file from build to release: one image alone can
// be built, and both are published under the release's tag.
func TestPublishBake(t *testing.T) {
	needDocker(t)
	w := serveWire(t)
	dir := repository(t, w, map[string]string{
		"slipway.yaml": `version: 1
project: shop
images: {bake: docker-bake.hcl, targets: [api, admin]}
registries:
  main: {oci: {host: REGISTRY}}
`,
		"docker-bake.hcl": `target "base" { args = { GREETING = "hello" } }
target "api" {
  inherits = ["base"]
  context  = "api"
  tags     = ["example.com/tracker-api:dev"]
}
target "admin" { context = "admin" }
`,
		"api/Dockerfile":   "FROM BASE\nARG GREETING\nRUN test \"$GREETING\" = hello\n",
		"admin/Dockerfile": "FROM BASE\nCOPY . /app\n", "admin/main": "x",
	})
	built, err := open(t, dir, "1", nil, nil).Build(t.Context(), pipelines.BuildOptions{Images: []string{"api"}})
	if err != nil || len(built) != 1 || built[0].Name != "api" {
		t.Fatalf("building one image: %v, %v", built, err)
	}
	published := publish(t, open(t, dir, "1", nil, nil))
	var references []string
	for _, image := range published.Images {
		repository, _, _ := strings.Cut(strings.TrimPrefix(image.Reference, w.host+"/"), ":")
		references = append(references, repository)
	}
	if got := strings.Join(references, " "); got != "shop/admin tracker-api" {
		t.Errorf("published %s, want shop/admin tracker-api", got)
	}
}
