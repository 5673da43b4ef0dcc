package pipelines

import (
	"context"
	"maps"

	"git.example/slipway/pipelines/composefile"
	"git.example/slipway/pipelines/deploy"
)

// uses are the images that services of the compose files run. Where the files
// can't be read without what only a deploy knows, they may use all.
func (k composeKind) uses(ctx context.Context, s *stage, d deploy.Desired) ([]string, error) {
	files := cleaned(k.File)
	env, contents := map[string]string{}, map[string][]byte{}
	for _, name := range files {
		contents[name] = []byte(d.Files[name])
		for _, v := range composefile.Variables(contents[name]) {
			if !v.Default {
				env[v.Name] = "1"
			}
		}
	}
	maps.Copy(env, d.Variables)
	stack, err := composefile.Load(ctx, composefile.Options{Files: files, Contents: contents, Dir: s.project.dir, Name: "changes", Env: env})
	if err != nil {
		return sortedNames(d.Release.Images), nil
	}
	repositories := map[string]string{}
	for name, image := range d.Images {
		repositories[name] = image.Repository()
	}
	return sortedNames(composefile.Users(stack, repositories)), nil
}
