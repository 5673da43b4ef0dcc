package observe

import (
	"fmt"
	"maps"
	"slices"

	"github.com/compose-spec/compose-go/v2/types"

	"git.example/slipway/pipelines/deploy/compose/container"
	"git.example/slipway/pipelines/deploy/compose/kept"
)

// Elsewhere is why a container is not with the volumes and networks of its
// service: the file may call them by another name: since, which is not in
// compose's hash of the service. Compose looks at that apart, and so do we. Empty
// when it is.
func (o Observation) Elsewhere(c container.Container) string {
	if o.Model.Project == nil {
		return ""
	}
	s := o.Model.Project.Services[c.Service()]
	for _, v := range s.Volumes {
		volume, named := o.Model.Project.Volumes[v.Source]
		if v.Type == types.VolumeTypeVolume && named && !mounts(c, volume.Name) {
			return fmt.Sprintf("it does not mount volume %s", volume.Name)
		}
	}
	if !c.Running() {
		return "" // a container that does not run may be in none
	}
	for _, key := range slices.Sorted(maps.Keys(s.Networks)) {
		if r := o.network(key); r.Key != "" && !attached(c, r) {
			return fmt.Sprintf("it is not in network %s", r.Name)
		}
	}
	return ""
}

func mounts(c container.Container, volume string) bool {
	return slices.ContainsFunc(c.Mounts, func(m container.Mount) bool { return m.Type == types.VolumeTypeVolume && m.Name == volume })
}

func (o Observation) network(key string) kept.Resource {
	for _, r := range o.Kept {
		if r.Kind == kept.Network && r.Key == key {
			return r
		}
	}
	return kept.Resource{}
}

func attached(c container.Container, network kept.Resource) bool {
	for _, a := range c.NetworkSettings.Networks {
		if network.Holds(a.NetworkID) {
			return true
		}
	}
	return false
}
