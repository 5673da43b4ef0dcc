package composefile

import (
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/distribution/reference"
)

// Users says which services use which of our images. Repositories are by image
// name, with the registry's host; Docker Hub's may go without. The result has
// the image names that some service uses, with the services in order.
func Users(p *types.Project, repositories map[string]string) map[string][]string {
	users := map[string][]string{}
	for _, service := range p.ServiceNames() {
		used := Repository(p.Services[service].Image)
		if used == "" {
			continue
		}
		for image, repository := range repositories {
			if Repository(repository) == used {
				users[image] = append(users[image], service)
			}
		}
	}
	return users
}

// Repository is the repository of an image reference in its full form, such as
// docker.io/library/postgres for postgres:16; empty when image is none. A tag
// that interpolated to nothing ("api:") does not matter.
func Repository(image string) string {
	named, err := reference.ParseNormalizedNamed(strings.TrimSuffix(image, ":"))
	if err != nil {
		return ""
	}
	return named.Name()
}
