package daggerengine

import (
	"context"
	"fmt"
	"os"
	"path"

	"dagger.io/dagger"
	"github.com/compose-spec/compose-go/v2/types"
)

// composeMounts are what the containers of a check's services have of files.
type composeMounts struct {
	conn    *connection
	project composeProject
	volumes map[string]*dagger.CacheVolume
}

// newComposeMounts makes the named volumes, one each for all services and for this
// run. As with Docker, a new volume has what the image has in its place: the image
// of the first service, in the order of dependencies.
func newComposeMounts(ctx context.Context, conn *connection, project composeProject, id string, order []string, images map[string]*dagger.Container) (composeMounts, error) {
	m := composeMounts{conn: conn, project: project, volumes: map[string]*dagger.CacheVolume{}}
	for _, name := range order {
		for _, v := range project.model.Services[name].Volumes {
			if v.Type != types.VolumeTypeVolume || v.Source == "" || m.volumes[v.Source] != nil {
				continue
			}
			options := dagger.CacheVolumeOpts{}
			there, err := images[name].Exists(ctx, v.Target, dagger.ContainerExistsOpts{ExpectedType: dagger.ExistsTypeDirectoryType})
			if err != nil {
				return m, fmt.Errorf("service %q: volume %q: %w", name, v.Source, err)
			}
			if there {
				options.Source = images[name].Directory(v.Target)
			}
			m.volumes[v.Source] = conn.client.CacheVolume("slipway "+id+" "+v.Source, options)
		}
	}
	return m, nil
}

// mount gives the container the volumes, tmpfs mounts, configs and secrets of
// its service. A file or directory of this machine is copied: what is written
// to it stays in the container.
func (m composeMounts) mount(container *dagger.Container, service types.ServiceConfig) (*dagger.Container, error) {
	for _, v := range service.Volumes {
		switch v.Type {
		case types.VolumeTypeTmpfs:
			container = container.WithMountedTemp(v.Target)
		case types.VolumeTypeVolume:
			if v.Source != "" { // without a name it is this container's alone
				container = container.WithMountedCache(v.Target, m.volumes[v.Source])
			}
		case types.VolumeTypeBind:
			info, err := os.Stat(v.Source)
			switch {
			case os.IsNotExist(err):
				container = container.WithMountedDirectory(v.Target, m.conn.client.Directory())
			case err != nil:
				return nil, err
			case info.IsDir():
				container = container.WithMountedDirectory(v.Target, m.conn.hostDirectory(v.Source))
			default:
				container = container.WithMountedFile(v.Target, m.conn.hostFile(v.Source))
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
		if container, err = m.mountContent(container, at, types.FileObjectConfig(m.project.model.Configs[used.Source]), used.Mode); err != nil {
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
		if container, err = m.mountContent(container, at, types.FileObjectConfig(m.project.model.Secrets[used.Source]), used.Mode); err != nil {
			return nil, fmt.Errorf("secret %q: %w", used.Source, err)
		}
	}
	return container, nil
}

// mountContent mounts a config or secret. Both are kept out of the engine's
// cache and logs: a config may hold a secret too.
func (m composeMounts) mountContent(container *dagger.Container, at string, object types.FileObjectConfig, mode *types.FileMode) (*dagger.Container, error) {
	content, err := m.project.content(object)
	if err != nil {
		return nil, err
	}
	permissions := 0o444
	if mode != nil {
		permissions = int(*mode)
	}
	secret := m.conn.secret(m.project.secrets.reveal(content))
	return container.WithMountedSecret(at, secret, dagger.ContainerWithMountedSecretOpts{Mode: permissions}), nil
}
