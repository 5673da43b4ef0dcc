package targets

import (
	"path/filepath"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/published"
)

// Own are the directories of a project in dir that Slipway keeps things in: those
// of embedded registries, journals, and targets on this machine.
func Own(dir string, c *config.Config) []string {
	own := published.EmbeddedDirs(dir, c)
	absolute := func(path string) string {
		if filepath.IsAbs(path) {
			return filepath.Clean(path)
		}
		return filepath.Join(dir, path)
	}
	for _, environment := range c.Environments {
		if journal := environment.Value.Journal; journal != "" {
			own = append(own, absolute(journal))
		}
		for _, target := range environment.Value.Deploy {
			for _, path := range kindOf(target.Value).ownDirs() {
				own = append(own, absolute(path))
			}
		}
	}
	return own
}
