package pipelines

import (
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/crane"

	"git.example/slipway/internal/projecttest"
	"git.example/slipway/internal/registrytest"
	"git.example/slipway/pipelines/release"
)

// A publish that is to run the checks does not take a release for done that was
// published without them.
func TestPublishOverOneWithoutChecks(t *testing.T) {
	host, dir := registrytest.Serve(t), t.TempDir()
	config := strings.ReplaceAll(unprotected, "REGISTRY", host)
	projecttest.Write(t, dir, "slipway.yaml", config)
	p := openWith(t, dir, nil)
	tag, err := p.workspace.Tag()
	if err != nil {
		t.Fatal(err)
	}
	putRelease(t, p, host+"/shop/api", config, release.Record{
		Tag: tag.Name, Checks: map[string]release.RecordedCheck{"unit": {Skipped: true}},
	})
	if _, err := p.Publish(t.Context(), PublishOptions{}); err == nil || !strings.Contains(err.Error(), `check "unit" was skipped`) {
		t.Errorf("with the checks: %v", err)
	}
	published, err := p.Publish(t.Context(), PublishOptions{SkipChecks: true})
	if err != nil || !published.Existed {
		t.Errorf("without the checks: existed %t, %v", published.Existed, err)
	}
}

// A registry that lacks a release gets the very images that the others have,
// also when a build would make others by now, such as from a newer base image.
func TestPublishCompletesARelease(t *testing.T) {
	for name, registries := range map[string][]string{"a mirror lacks it": {"main", "other"}, "just a mirror has it": {"other", "main"}} {
		t.Run(name, func(t *testing.T) {
			has, lacks, dir := registrytest.Serve(t), registrytest.Serve(t), t.TempDir()
			config := strings.ReplaceAll(unprotected, "main: {oci: {host: REGISTRY}}",
				"main: {oci: {host: "+has+"}}\n  other: {oci: {host: "+lacks+"}}")
			projecttest.Write(t, dir, "slipway.yaml", config)
			p := openWith(t, dir, nil)
			tag, err := p.workspace.Tag()
			if err != nil {
				t.Fatal(err)
			}
			digest := registrytest.Push(t, has+"/shop/api:"+tag.Name)
			putImage(t, p, has+"/shop/api", config, digest, release.Record{Tag: tag.Name})
			published, err := p.Publish(t.Context(), PublishOptions{Registries: registries})
			if err != nil {
				t.Fatal(err)
			}
			if !published.Existed || published.Images[0].Digest != digest {
				t.Errorf("published %+v", published)
			}
			if got, err := crane.Digest(lacks + "/shop/api:" + tag.Name); err != nil || got != digest {
				t.Errorf("the copy is %s (%v), want %s", got, err, digest)
			}
			if copied, err := p.workspace.Registry.GetRecord(t.Context(), lacks+"/shop/release", tag.Name); err != nil || copied.Images["api"].Digest != digest {
				t.Errorf("the copied record: %+v, %v", copied.Images, err)
			}
		})
	}
}
