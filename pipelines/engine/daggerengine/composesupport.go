package daggerengine

import (
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
)

// checkProject refuses, before anything starts, what a service asks for and
// Dagger's containers and builds don't have.
func (a abilities) checkProject(p composeProject) error {
	for _, name := range p.model.ServiceNames() {
		service := p.model.Services[name]
		if feature := unsupportedFeature(p, service); feature != "" {
			return unsupported(fmt.Sprintf("service %q", name), feature)
		}
		if service.Build == nil {
			continue
		}
		build, err := p.build(service)
		if err != nil {
			return err
		}
		if err := a.check(build); err != nil {
			return err
		}
	}
	return nil
}

// unsupportedFeature is empty when all can be done. Limits of memory and the
// like, restart policies, logging and published ports are left out silently:
// a check has the same result without them.
func unsupportedFeature(p composeProject, s types.ServiceConfig) string {
	if secret, ok := p.hasSecret(s); ok {
		return fmt.Sprintf("secrets outside of a service's environment, such as %s", secret)
	}
	features := []struct {
		used bool
		name string
	}{
		{s.Privileged, "privileged containers"},
		{s.NetworkMode != "" && s.NetworkMode != "bridge" && s.NetworkMode != "default", "network_mode " + s.NetworkMode},
		{s.Pid != "", "pid " + s.Pid},
		{s.Ipc == "host" || strings.Contains(s.Ipc, ":"), "ipc " + s.Ipc},
		{len(s.Devices) > 0, "devices"},
		{len(s.Gpus) > 0, "gpus"},
		{len(s.CapAdd) > 0, "cap_add"},
		{len(s.Sysctls) > 0, "sysctls"},
		{len(s.ExtraHosts) > 0, "extra_hosts"},
		{len(s.DNS) > 0, "dns"},
		{len(s.GroupAdd) > 0, "group_add"},
		{len(s.VolumesFrom) > 0, "volumes_from"},
		{len(s.ExternalLinks) > 0, "external_links"},
		{len(s.Models) > 0, "models"},
		{s.Provider != nil, "providers"},
		{s.UseAPISocket, "use_api_socket"},
		{len(s.PreStart)+len(s.PostStart)+len(s.PreStop) > 0, "hooks"},
		{s.GetScale() > 1, "several replicas of a service"},
		{p.oneShot(s.Name) && p.needsHealth(s.Name), "waiting for both the health and the end of a service"},
	}
	for _, f := range features {
		if f.used {
			return f.name
		}
	}
	return unsupportedVolume(p, s)
}

func unsupportedVolume(p composeProject, s types.ServiceConfig) string {
	for _, v := range s.Volumes {
		switch v.Type {
		case types.VolumeTypeTmpfs:
		case types.VolumeTypeVolume:
			if volume := p.model.Volumes[v.Source]; bool(volume.External) {
				return fmt.Sprintf("the external volume %q", v.Source)
			} else if volume.Driver != "" && volume.Driver != "local" || len(volume.DriverOpts) > 0 {
				return fmt.Sprintf("the driver of volume %q", v.Source)
			}
		case types.VolumeTypeBind:
			info, err := os.Stat(v.Source)
			if err == nil && (!info.IsDir() && !info.Mode().IsRegular() || info.Mode()&fs.ModeSocket != 0) {
				return fmt.Sprintf("a mount of %q, which is no file or directory", v.Source)
			}
			if systemDirectory(v.Source) {
				return fmt.Sprintf("a mount of the system's %q", v.Source)
			}
		default:
			return "volumes of type " + v.Type
		}
	}
	return ""
}

func systemDirectory(path string) bool {
	for _, dir := range []string{"/proc", "/sys", "/dev", "/run", "/var/run"} {
		if path == "/" || path == dir || strings.HasPrefix(path, dir+"/") {
			return true
		}
	}
	return false
}
