package checks

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/compose-spec/compose-go/v2/types"

	"git.example/slipway/pipelines/composefile"
	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/engine"
	"git.example/slipway/pipelines/secrets"
)

// compose runs a compose file. A service that names one of the project's
// images runs that very image.
func (r *Runner) compose(ctx context.Context, name string, check config.Check, env map[string]string, secret map[string]secrets.Value, log io.Writer) (engine.Result, error) {
	spec := engine.Compose{
		Name: name, ExitCodeFrom: check.Compose.ExitCodeFrom,
		Files: r.workspace.Paths(check.Compose.File), Secrets: secret,
		Exports: r.exports.reserve(check.Export),
	}
	var err error
	if spec.Env, err = r.interpolation(spec.Files, env); err != nil {
		return engine.Result{}, err
	}
	for name := range secret {
		delete(spec.Env, name) // what the environment may have under its name
	}
	project, err := loadCompose(ctx, check, spec.Files, spec.Env)
	if err != nil {
		return engine.Result{}, err
	}
	if _, ok := project.Services[spec.ExitCodeFrom]; !ok {
		return engine.Result{}, fmt.Errorf("exit-code-from names the service %q, which %s does not have: it has %v",
			spec.ExitCodeFrom, check.Compose.File[0], project.ServiceNames())
	}
	if spec.Images, err = serviceImages(ctx, project, r.images); err != nil {
		return engine.Result{}, err
	}
	e, err := r.workspace.Engine.Get(ctx)
	if err != nil {
		return engine.Result{}, err
	}
	return e.Compose(ctx, spec, log)
}

// loadCompose reads a check's compose file, with something for each secret, so
// that one in a place where a value is required does not stop the reading.
func loadCompose(ctx context.Context, check config.Check, files []string, env map[string]string) (*types.Project, error) {
	shown := map[string]string{}
	for name := range check.Env {
		shown[name] = "secret"
	}
	for name, value := range env {
		shown[name] = value
	}
	return composefile.Load(ctx, composefile.Options{Files: files, Dir: filepath.Dir(files[0]), Name: "check", Env: shown})
}

// serviceImages are the images for the services that use one of ours; it waits
// until each of them exists.
func serviceImages(ctx context.Context, project *types.Project, images ImageSource) (map[string]engine.Image, error) {
	byService := map[string]engine.Image{}
	for name, service := range usedImages(project, images.Names()) {
		image, err := images.Image(ctx, name)
		if err != nil {
			return nil, err
		}
		for _, s := range service {
			byService[s] = image
		}
	}
	return byService, nil
}

// usedImages says which services use which of our images, under any of the
// repositories that an image goes by.
func usedImages(project *types.Project, repositories map[string][]string) map[string][]string {
	used := map[string][]string{}
	for name, aliases := range repositories {
		seen := map[string]bool{}
		for _, repository := range aliases {
			for _, service := range composefile.Users(project, map[string]string{name: repository})[name] {
				if !seen[service] {
					seen[service] = true
					used[name] = append(used[name], service)
				}
			}
		}
	}
	return used
}

// interpolation are the variables that compose files use: as the check says,
// else as the environment says, as with compose itself.
func (r *Runner) interpolation(files []string, env map[string]string) (map[string]string, error) {
	all := map[string]string{}
	for _, file := range files {
		if err := r.workspace.Inside(file); err != nil {
			return nil, err
		}
		content, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("reading compose file: %w", err)
		}
		for _, v := range composefile.Variables(content) {
			if value, ok := r.workspace.Lookup(v.Name); ok {
				all[v.Name] = value
			}
		}
	}
	for name, value := range env {
		all[name] = value
	}
	return all, nil
}
