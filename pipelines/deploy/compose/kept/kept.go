// Package kept is the volumes and networks that a stack's host has already. What
// is there is kept as it was made: compose would make a volume whose definition
// changed anew without its data, and stop every container of a network to do the
// same with that. So compose is told that it may only use them, and whoever
// deploys, in what they differ.
package kept

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
)

// Kind is what docker calls a resource.
type Kind string

// The kinds of resource.
const (
	Volume  Kind = "volume"
	Network Kind = "network"
)

// Resource is a volume or network that active services of a release use, beside
// what the host has of that name.
type Resource struct {
	Kind Kind
	// Key is its name in the compose file, Name docker's.
	Key, Name string
	// External says that it is not the stack's to make.
	External bool
	// ID is docker's; empty when the host has none of that name.
	ID string
	// NotOurs is why compose does not use what is there: "compose did not make it".
	NotOurs string
	// Differences are those of what is there from the compose file.
	Differences []Difference
}

// There says whether the host has it.
func (r Resource) There() bool { return r.ID != "" }

// Stays says that compose may only use it as it is.
func (r Resource) Stays() bool { return r.There() && !r.External && r.NotOurs == "" }

// String reads as `volume "data"`.
func (r Resource) String() string { return string(r.Kind) + ` "` + r.Key + `"` }

// Defined are the volumes and networks that a project uses and does not leave to
// docker, as text: "volume data, network front". Empty when there are none.
func Defined(p *types.Project) string {
	var all []string
	for _, r := range used(p) {
		if r.Kind == Volume || r.Key != "default" {
			all = append(all, string(r.Kind)+" "+r.Key)
		}
	}
	return strings.Join(all, ", ")
}

// used are the volumes and networks of a project that its services use, volumes
// first.
func used(p *types.Project) []Resource {
	volumes, networks := map[string]bool{}, map[string]bool{}
	for _, s := range p.Services {
		for _, v := range s.Volumes {
			if _, named := p.Volumes[v.Source]; named && v.Type == types.VolumeTypeVolume {
				volumes[v.Source] = true
			}
		}
		for name := range s.Networks {
			networks[name] = true
		}
	}
	var all []Resource
	for _, key := range slices.Sorted(maps.Keys(volumes)) {
		v := p.Volumes[key]
		all = append(all, Resource{Kind: Volume, Key: key, Name: cmp.Or(v.Name, key), External: bool(v.External)})
	}
	for _, key := range slices.Sorted(maps.Keys(networks)) {
		n := p.Networks[key]
		all = append(all, Resource{Kind: Network, Key: key, Name: cmp.Or(n.Name, key), External: bool(n.External)})
	}
	return all
}
