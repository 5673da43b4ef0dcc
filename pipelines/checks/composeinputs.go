package checks

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/content"
	"git.example/slipway/pipelines/images"
)

// composeInputs hash a compose check: its files and the project that they make,
// others that they include or extend among it, its variables, and for each
// service its image or build and what is mounted into it.
func (r *Runner) composeInputs(ctx context.Context, check config.Check, bases *images.Bases) (content.Hash, error) {
	plain := map[string]string{}
	for name := range check.Env {
		plain[name] = ""
	}
	files := r.workspace.Paths(check.Compose.File)
	env, err := r.interpolation(files, plain)
	if err != nil {
		return "", err
	}
	shown, err := json.Marshal(env)
	if err != nil {
		return "", fmt.Errorf("hashing variables: %w", err)
	}
	parts := []string{string(shown)}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			return "", fmt.Errorf("reading compose file: %w", err)
		}
		parts = append(parts, string(content))
	}
	project, err := loadCompose(ctx, check, files, env)
	if err != nil {
		return "", err
	}
	whole, err := project.MarshalJSON()
	if err != nil {
		return "", fmt.Errorf("hashing the compose project: %w", err)
	}
	parts = append(parts, strings.ReplaceAll(string(whole), r.workspace.Dir, ".")) // equal wherever the project is checked out
	given, err := r.givenFiles(ctx, project)
	if err != nil {
		return "", err
	}
	parts = append(parts, given...)
	ours := map[string]string{}
	for name, services := range usedImages(project, r.images.Names()) {
		image, err := r.images.Image(ctx, name)
		if err != nil {
			return "", err
		}
		for _, service := range services {
			ours[service] = image.Reference
		}
	}
	for _, name := range slices.Sorted(slices.Values(project.ServiceNames())) {
		made, err := r.serviceInputs(ctx, project.Services[name], ours[name], bases)
		if err != nil {
			return "", fmt.Errorf("service %q: %w", name, err)
		}
		parts = append(parts, name)
		parts = append(parts, made...)
	}
	return content.Digest("compose inputs v2", parts...), nil
}

// givenFiles are the contents of the project's configs and secrets.
func (r *Runner) givenFiles(ctx context.Context, project *types.Project) ([]string, error) {
	objects := map[string]types.FileObjectConfig{}
	for name, config := range project.Configs {
		objects["config "+name] = types.FileObjectConfig(config)
	}
	for name, secret := range project.Secrets {
		objects["secret "+name] = types.FileObjectConfig(secret)
	}
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(objects)) {
		object := objects[name]
		parts = append(parts, name)
		if object.Environment != "" {
			parts = append(parts, r.variable(object.Environment))
		}
		if object.File == "" {
			continue
		}
		hash, err := r.catalog.Files(ctx, object.File)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		parts = append(parts, string(hash))
	}
	return parts, nil
}

// variable is a variable of the environment that compose takes by its name alone.
func (r *Runner) variable(name string) string {
	value, ok := r.workspace.Lookup(name)
	return fmt.Sprintf("%s=%q, %t", name, value, ok)
}

// serviceInputs are what one service runs: the reference of our image, or the
// digest of another's, or the content of its build; its local files, and what
// it takes from the environment.
func (r *Runner) serviceInputs(ctx context.Context, service types.ServiceConfig, ours string, bases *images.Bases) ([]string, error) {
	var parts []string
	switch {
	case ours != "":
		parts = append(parts, ours)
	case service.Build != nil:
		hash, err := r.catalog.Content(ctx, service.Name, composeBuild(service.Build), nil, bases)
		if err != nil {
			return nil, err
		}
		parts = append(parts, string(hash))
	default:
		digest, err := bases.Digest(ctx, service.Image)
		if err != nil {
			return nil, err
		}
		parts = append(parts, digest)
	}
	for _, path := range mounted(service) {
		hash, err := r.catalog.Files(ctx, path)
		if err != nil {
			return nil, err
		}
		parts = append(parts, string(hash))
	}
	for _, name := range slices.Sorted(maps.Keys(service.Environment)) {
		if service.Environment[name] == nil {
			parts = append(parts, r.variable(name))
		}
	}
	return parts, nil
}

// mounted are the local files that a service sees. Those that are not there are
// made by compose, which makes an empty directory, or refused by it.
func mounted(service types.ServiceConfig) []string {
	var paths []string
	for _, volume := range service.Volumes {
		if volume.Type == types.VolumeTypeBind {
			paths = append(paths, volume.Source)
		}
	}
	for _, file := range service.EnvFiles {
		paths = append(paths, file.Path)
	}
	return slices.DeleteFunc(paths, func(path string) bool {
		_, err := os.Stat(path)
		return errors.Is(err, fs.ErrNotExist)
	})
}

// composeBuild is a service's build as slipway.yaml would write it.
func composeBuild(b *types.BuildConfig) config.Build {
	build := config.Build{
		Context: b.Context, Dockerfile: b.Dockerfile, Target: b.Target,
		Args: map[string]string{}, Contexts: map[string]string{}, Secrets: map[string]string{},
	}
	if build.Dockerfile == "" {
		build.Dockerfile = "Dockerfile"
	}
	for key, value := range b.Args {
		if value != nil {
			build.Args[key] = *value
		}
	}
	for name, where := range b.AdditionalContexts {
		if service, ok := strings.CutPrefix(where, "service:"); ok {
			where = "target:" + service // which is hashed as that service
		}
		build.Contexts[name] = where
	}
	for _, secret := range b.Secrets {
		build.Secrets[strings.TrimSpace(secret.Source)] = ""
	}
	return build
}
