package lint

import (
	"slices"

	"git.example/slipway/pipelines/composefile"
)

// isOurs says that a compose file of a check means one of our images: by its
// repository in any registry, or by that without the registry.
func (p *project) isOurs(image string) bool {
	used := composefile.Repository(image)
	for _, i := range p.images {
		names := []string{p.config.Project + "/" + i.Name, p.config.Project + "-" + i.Name}
		if i.Value.Repository != "" {
			names = []string{i.Value.Repository}
		}
		means := func(name string) bool { return composefile.Repository(name) == used }
		if p.elsewhere(used, i.Name) || slices.ContainsFunc(names, means) {
			return true
		}
	}
	return false
}

// elsewhere says whether repository is that of the image in some registry.
func (p *project) elsewhere(repository, image string) bool {
	for _, r := range p.config.Registries {
		i, _ := p.images.Get(image)
		if composefile.Repository(r.Value.Repository(p.config.Project, image, i)) == repository {
			return true
		}
	}
	return false
}
