package pipelines

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/crane"

	"github.com/slipwayhq/slipway/pipelines/release"
)

// A publish that is to run the checks does not take a release for done that was
// published without them.
func TestPublishOverOneWithoutChecks(t *testing.T) {
	host, dir := serveRegistry(t), t.TempDir()
	config := strings.ReplaceAll(unprotected, "REGISTRY", host)
	write(t, dir, "slipway.yaml", config)
	p := openWith(t, dir, nil)
	tag, err := p.tag()
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

// A mirror that has built the same content by itself keeps that, and gets the
// release all the same.
func TestMirrorWithItsOwnBuild(t *testing.T) {
	first, second, dir := serveRegistry(t), serveRegistry(t), t.TempDir()
	write(t, dir, "slipway.yaml", strings.ReplaceAll(unprotected, "main: {oci: {host: REGISTRY}}",
		"main: {oci: {host: "+first+"}}\n  other: {oci: {host: "+second+"}}"))
	p := openWith(t, dir, nil)
	destinations := map[string]destination{}
	for _, name := range []string{"main", "other"} {
		d, err := p.destination(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		destinations[name] = d
	}
	digest, own := pushImage(t, first+"/shop/api:content"), pushImage(t, second+"/shop/api:content")
	work := &assessment{images: []*assessedImage{{name: "api", contentTag: "content", digest: digest}}}
	err := p.writeTags(context.WithoutCancel(t.Context()), release.Tag{Name: "1"}, destinations["main"], destinations["other"], work)
	if err != nil {
		t.Fatal(err)
	}
	for tag, want := range map[string]string{"1": digest, "content": own} {
		if got, err := crane.Digest(second + "/shop/api:" + tag); err != nil || got != want {
			t.Errorf("%s is %s (%v), want %s", tag, got, err, want)
		}
	}
}
