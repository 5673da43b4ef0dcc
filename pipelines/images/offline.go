package images

import (
	"fmt"
	"os"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/content"
)

// Sources reads what an image is built from as far as the checkout alone tells:
// its context, its Dockerfile with the target stage, its named contexts. An error
// is why a build would fail.
func (c *Catalog) Sources(image config.Entry[config.Image]) error {
	b := image.Value.Build
	dockerfile, err := content.ReadDockerfile(c.workspace.Path(b.Context), b.Dockerfile)
	if err != nil {
		return fmt.Errorf("image %q: %w", image.Name, err)
	}
	for _, platform := range orOurs(image.Value.Platforms) {
		_, err := content.Bases(content.BaseInputs{Dockerfile: dockerfile, Target: b.Target, Args: b.Args, Platform: platform, Contexts: b.Contexts})
		if err != nil {
			return fmt.Errorf("image %q: %w", image.Name, err)
		}
	}
	for name, where := range c.namedContexts(b) {
		if content.IsReference(where) {
			continue
		}
		if _, err := os.Stat(where); err != nil {
			return fmt.Errorf("image %q: named context %q: %w", image.Name, name, err)
		}
	}
	return nil
}
