package images

import (
	"fmt"
	"os"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/content"
)

// Sources reads what something is built from as far as the checkout alone tells:
// its context, its Dockerfile with the target stage, its named contexts, the
// artifacts that it copies in. Name is for messages, such as image "api". An error
// is why a build would fail.
func (c *Catalog) Sources(name string, b config.Build, platforms []string) error {
	if err := c.inside(name, b); err != nil {
		return err
	}
	dockerfile, err := content.ReadDockerfile(c.workspace.Path(b.Context), b.Dockerfile)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	for _, platform := range orOurs(platforms) {
		_, err := content.Bases(content.BaseInputs{Dockerfile: dockerfile, Target: b.Target, Args: b.Args, Platform: platform, Contexts: b.Contexts})
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	for context, where := range c.namedContexts(b) {
		if content.IsReference(where) {
			continue
		}
		if _, err := os.Stat(where); err != nil {
			return fmt.Errorf("%s: named context %q: %w", name, context, err)
		}
	}
	for artifact := range b.Artifacts {
		made, _ := c.workspace.Config.Artifacts.Get(artifact)
		if err := c.Sources(fmt.Sprintf("artifact %q", artifact), made.Build, nil); err != nil {
			return err
		}
	}
	return nil
}
