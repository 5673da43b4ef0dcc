package scaffold

import (
	"context"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"git.example/slipway/pipelines/composefile"
)

// composeNames are the compose files that are read, in the order in which they
// are deployed: those for production first, then compose's own names.
var composeNames = []string{
	"compose.prod.yaml", "compose.prod.yml", "docker-compose.prod.yml", "docker-compose.prod.yaml",
	"compose.production.yaml", "compose.production.yml", "docker-compose.production.yml", "docker-compose.production.yaml",
	"compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml",
}

// composed is a compose file that was read.
type composed struct {
	name    string
	project *types.Project
}

// composeRoot is the directory that compose files are read in: they are not on
// disk.
const composeRoot = "/project"

// registryHost stands for what Slipway sets REGISTRY to.
const registryHost = "registry.invalid"

func composeFiles(ctx context.Context, root fs.FS) (files []composed, notes []string) {
	for _, name := range composeNames {
		if !isFile(root, name) {
			continue
		}
		file, err := readCompose(ctx, root, name)
		if err != nil {
			notes = append(notes, fmt.Sprintf("left out %s: %v", name, err))
			continue
		}
		files = append(files, file)
	}
	return files, notes
}

// readCompose reads one file, with the others at the root at hand for include
// and extends. Variables that only a deploy knows are stood in for.
func readCompose(ctx context.Context, root fs.FS, name string) (composed, error) {
	contents := map[string][]byte{}
	for _, pattern := range []string{"*.yml", "*.yaml"} {
		// The only error is a bad pattern.
		paths, _ := fs.Glob(root, pattern)
		for _, path := range paths {
			if text, err := fs.ReadFile(root, path); err == nil {
				contents[path] = text
			}
		}
	}
	env := map[string]string{}
	for _, v := range composefile.Variables(contents[name]) {
		if !v.Default {
			env[v.Name] = "1"
		}
	}
	env["REGISTRY"] = registryHost
	p, err := composefile.Load(ctx, composefile.Options{Files: []string{name}, Dir: composeRoot, Env: env, Contents: contents, Profiles: []string{"*"}})
	return composed{name, p}, err
}

// builds are the images of services with build:. Contexts that are not in the
// project, and Dockerfiles that are not there, are nothing to build.
func builds(root fs.FS, files []composed) []image {
	var images []image
	for _, file := range files {
		for _, name := range file.project.ServiceNames() {
			b := file.project.Services[name].Build
			if b == nil || b.DockerfileInline != "" {
				continue
			}
			context, err := filepath.Rel(composeRoot, b.Context)
			if err != nil || !filepath.IsAbs(b.Context) || !filepath.IsLocal(context) {
				continue
			}
			i := image{Name: component(name), Context: filepath.ToSlash(context), Target: b.Target}
			if b.Dockerfile != "Dockerfile" {
				i.Dockerfile = b.Dockerfile
			}
			if isFile(root, i.file()) {
				images = append(images, i)
			}
		}
	}
	return images
}

// deployable finds the compose file that can be deployed as it is: no service of
// it is built where it runs, and each image is used by one, from the registry that
// a deploy sets. Images get the repositories that it calls them by.
func (p *project) deployable(files []composed) {
	for _, file := range files {
		repositories := file.repositories()
		if repositories == nil {
			continue
		}
		images := slices.Clone(p.Images)
		if p.called(images, repositories) {
			p.Images, p.Deploy = images, file.name
			return
		}
	}
}

// repositories are those below the registry, without tags; none of a file with
// build:.
func (f composed) repositories() []string {
	var found []string
	for _, name := range f.project.ServiceNames() {
		service := f.project.Services[name]
		if service.Build != nil {
			return nil
		}
		repository, ours := strings.CutPrefix(composefile.Repository(service.Image), registryHost+"/")
		if ours && !slices.Contains(found, repository) {
			found = append(found, repository)
		}
	}
	return found
}

// called gives images the repositories that services use, by the last part of
// their names, or the only one to the only image. It says whether that is all.
func (p *project) called(images []image, repositories []string) bool {
	if len(images) != len(repositories) {
		return false
	}
	for n := range images {
		i := &images[n]
		at := slices.IndexFunc(repositories, func(r string) bool { return path.Base(r) == i.Name || len(images) == 1 })
		if at < 0 {
			return false
		}
		if repositories[at] != p.Name+"/"+i.Name {
			i.Repository = repositories[at]
		}
	}
	return true
}
