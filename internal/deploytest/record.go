package deploytest

import (
	"strings"

	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/release"
)

// Record is a release record of project shop that has these images.
func Record(tag string, images map[string]deploy.Image) release.Record {
	record := release.Record{Version: 1, Project: "shop", Tag: tag, Commit: strings.Repeat("c", 40), Images: map[string]release.RecordedImage{}}
	for name, image := range images {
		_, digest, _ := strings.Cut(image.Reference, "@")
		record.Images[name] = release.RecordedImage{Repository: name, Digest: digest}
	}
	return record
}
