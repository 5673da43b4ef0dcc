package pipelines

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/slipwayhq/slipway/pipelines/config"
	"github.com/slipwayhq/slipway/pipelines/release"
)

// checkInputs are the digest of everything that decides a check's result, as
// far as Slipway can see: its configuration (references to secrets, never their
// values), the content of what it builds, mounts and runs, and the digests of
// images. A check that reaches out to the world says cache: false.
func (p *Project) checkInputs(ctx context.Context, check config.Check, images imageSource, bases *baseDigests) (release.Hash, error) {
	shown, err := json.Marshal(check)
	if err != nil {
		return "", fmt.Errorf("hashing a check: %w", err)
	}
	parts := []string{string(shown)}
	add := func(hash release.Hash, err error) error {
		parts = append(parts, string(hash))
		return err
	}
	if check.Build != nil {
		if err := add(p.content(ctx, "check", *check.Build, nil, bases)); err != nil {
			return "", err
		}
	}
	if check.Image != "" {
		digest, err := bases.digest(ctx, check.Image)
		if err != nil {
			return "", err
		}
		parts = append(parts, digest)
	}
	if check.Mount != "" {
		if err := add(p.hasher.Files(ctx, filepath.Join(p.dir, check.Mount), p.Info.Commit)); err != nil {
			return "", err
		}
	}
	if check.Compose != nil {
		if err := add(p.composeInputs(ctx, check, images, bases)); err != nil {
			return "", err
		}
	}
	return release.Digest("check inputs v1", parts...), nil
}

// composeInputs hash a compose check: its files, its variables, and for each
// service its image or build and what is mounted into it.
func (p *Project) composeInputs(ctx context.Context, check config.Check, images imageSource, bases *baseDigests) (release.Hash, error) {
	plain := map[string]string{}
	for name := range check.Env {
		plain[name] = ""
	}
	files := p.paths(check.Compose.File)
	env, err := p.interpolation(files, plain)
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
	project, err := p.loadCompose(ctx, check, files, env)
	if err != nil {
		return "", err
	}
	ours := map[string]string{}
	for name, services := range usedImages(project, images.names()) {
		image, err := images.image(ctx, name)
		if err != nil {
			return "", err
		}
		for _, service := range services {
			ours[service] = image.Reference
		}
	}
	for _, name := range slices.Sorted(slices.Values(project.ServiceNames())) {
		made, err := p.serviceInputs(ctx, project.Services[name], ours[name], bases)
		if err != nil {
			return "", fmt.Errorf("service %q: %w", name, err)
		}
		parts = append(parts, name)
		parts = append(parts, made...)
	}
	return release.Digest("compose inputs v1", parts...), nil
}

// serviceInputs are what one service runs: the reference of our image, or the
// digest of another's, or the content of its build; and its local files.
func (p *Project) serviceInputs(ctx context.Context, service types.ServiceConfig, ours string, bases *baseDigests) ([]string, error) {
	var parts []string
	switch {
	case ours != "":
		parts = append(parts, ours)
	case service.Build != nil:
		hash, err := p.content(ctx, service.Name, composeBuild(service.Build), nil, bases)
		if err != nil {
			return nil, err
		}
		parts = append(parts, string(hash))
	default:
		digest, err := bases.digest(ctx, service.Image)
		if err != nil {
			return nil, err
		}
		parts = append(parts, digest)
	}
	for _, path := range mounted(service) {
		hash, err := p.hasher.Files(ctx, path, p.Info.Commit)
		if err != nil {
			return nil, err
		}
		parts = append(parts, string(hash))
	}
	return parts, nil
}

// mounted are the local files that a service sees.
func mounted(service types.ServiceConfig) []string {
	var paths []string
	for _, volume := range service.Volumes {
		if volume.Type == types.VolumeTypeBind {
			paths = append(paths, volume.Source)
		}
	}
	for _, file := range service.EnvFiles {
		if _, err := os.Stat(file.Path); err == nil || bool(file.Required) {
			paths = append(paths, file.Path)
		}
	}
	return paths
}

// composeBuild is a service's build as slipway.yaml would write it.
func composeBuild(b *types.BuildConfig) config.Build {
	build := config.Build{Context: b.Context, Dockerfile: b.Dockerfile, Target: b.Target, Args: map[string]string{}}
	if build.Dockerfile == "" {
		build.Dockerfile = "Dockerfile"
	}
	for key, value := range b.Args {
		if value != nil {
			build.Args[key] = *value
		}
	}
	for _, secret := range b.Secrets {
		if build.Secrets == nil {
			build.Secrets = map[string]string{}
		}
		build.Secrets[strings.TrimSpace(secret.Source)] = ""
	}
	return build
}
