package model

import (
	"slices"

	"github.com/compose-spec/compose-go/v2/types"
)

// Resources are the networks and volumes that compose makes before it starts a
// service, unless they are there: "network shop_default", "volume shop_data". What
// is external is not among them.
func (m Model) Resources(service string) []string {
	project := m.Project
	if project == nil || !m.Enabled(service) {
		project = m.All // a step's service may be of a profile that is not active
	}
	if project == nil {
		return nil
	}
	var names []string
	s := project.Services[service]
	for name := range s.Networks {
		if n := project.Networks[name]; !n.External {
			names = append(names, "network "+n.Name)
		}
	}
	for _, mount := range s.Volumes {
		if v, named := project.Volumes[mount.Source]; named && mount.Type == types.VolumeTypeVolume && !bool(v.External) {
			names = append(names, "volume "+v.Name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}
