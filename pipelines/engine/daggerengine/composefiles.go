package daggerengine

import (
	"context"
	"fmt"
	"os"
	"path"
	"path/filepath"

	"dagger.io/dagger"
	"github.com/compose-spec/compose-go/v2/types"
)

// volumes are the named volumes, one each for all services and for this run. As
// with Docker, a new volume has what the image has in its place: the image of
// the first service, in the order of dependencies.
func (c *composeCheck) makeVolumes(ctx context.Context, order []string, images map[string]*dagger.Container) error {
	c.volumes = map[string]*dagger.CacheVolume{}
	for _, name := range order {
		for _, v := range c.project.Services[name].Volumes {
			if v.Type != types.VolumeTypeVolume || v.Source == "" || c.volumes[v.Source] != nil {
				continue
			}
			options := dagger.CacheVolumeOpts{}
			there, err := images[name].Exists(ctx, v.Target, dagger.ContainerExistsOpts{ExpectedType: dagger.ExistsTypeDirectoryType})
			if err != nil {
				return fmt.Errorf("service %q: volume %q: %w", name, v.Source, err)
			}
			if there {
				options.Source = images[name].Directory(v.Target)
			}
			c.volumes[v.Source] = c.engine.client.CacheVolume("slipway "+c.id+" "+v.Source, options)
		}
	}
	return nil
}

// mount gives the container the volumes, tmpfs mounts, configs and secrets of
// its service. A file or directory of this machine is copied: what is written
// to it stays in the container.
func (c *composeCheck) mount(container *dagger.Container, service types.ServiceConfig) (*dagger.Container, error) {
	for _, v := range service.Volumes {
		switch v.Type {
		case types.VolumeTypeTmpfs:
			container = container.WithMountedTemp(v.Target)
		case types.VolumeTypeVolume:
			if v.Source != "" { // without a name it is the container's own
				container = container.WithMountedCache(v.Target, c.volumes[v.Source])
			}
		case types.VolumeTypeBind:
			info, err := os.Stat(v.Source)
			switch {
			case os.IsNotExist(err):
				container = container.WithMountedDirectory(v.Target, c.engine.client.Directory())
			case err != nil:
				return nil, err
			case info.IsDir():
				container = container.WithMountedDirectory(v.Target, c.engine.hostDirectory(v.Source))
			default:
				container = container.WithMountedFile(v.Target, c.engine.client.Host().File(v.Source, dagger.HostFileOpts{NoCache: true}))
			}
		}
	}
	for _, target := range service.Tmpfs {
		container = container.WithMountedTemp(target)
	}
	for _, used := range service.Configs {
		at := used.Target
		if at == "" {
			at = "/" + used.Source
		}
		var err error
		if container, err = c.mountContent(container, at, types.FileObjectConfig(c.project.Configs[used.Source]), used.Mode); err != nil {
			return nil, fmt.Errorf("config %q: %w", used.Source, err)
		}
	}
	for _, used := range service.Secrets {
		at := used.Target
		if at == "" {
			at = used.Source
		}
		if !path.IsAbs(at) {
			at = path.Join("/run/secrets", at)
		}
		var err error
		if container, err = c.mountContent(container, at, types.FileObjectConfig(c.project.Secrets[used.Source]), used.Mode); err != nil {
			return nil, fmt.Errorf("secret %q: %w", used.Source, err)
		}
	}
	return container, nil
}

// mountContent mounts a config or secret. Both are kept out of the engine's
// cache and logs: a config may hold a secret too.
func (c *composeCheck) mountContent(container *dagger.Container, at string, object types.FileObjectConfig, mode *types.FileMode) (*dagger.Container, error) {
	content, err := c.project.content(object)
	if err != nil {
		return nil, err
	}
	permissions := 0o444
	if mode != nil {
		permissions = int(*mode)
	}
	secret := c.engine.client.SetSecret("slipway "+c.engine.next(), c.project.secrets.reveal(content))
	return container.WithMountedSecret(at, secret, dagger.ContainerWithMountedSecretOpts{Mode: permissions}), nil
}

// content is what a config or secret of the project holds.
func (p composeProject) content(object types.FileObjectConfig) (string, error) {
	switch {
	case object.Content != "":
		return object.Content, nil
	case object.Environment != "":
		value, ok := p.Environment[object.Environment]
		if !ok {
			return "", fmt.Errorf("the variable %s is not set", object.Environment)
		}
		return value, nil
	case object.File != "":
		content, err := os.ReadFile(filepath.Clean(object.File))
		return string(content), err
	}
	return "", fmt.Errorf("it has no file, environment or content")
}
