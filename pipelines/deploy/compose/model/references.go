package model

import (
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
)

// Reference is another container that a service lives in, or has the volumes of.
type Reference struct {
	// Key is where the compose file says so: network_mode, pid, ipc or volumes_from.
	Key string
	// Service is the other one; empty when the file names a container that is none
	// of this stack's.
	Service string
	// Container is the name of that one; the file's own name of it when it is one
	// of a service.
	Container string
}

// Shares says what a service shares with what it refers to, such as "the network".
func (r Reference) Shares() string {
	switch r.Key {
	case "network_mode":
		return "the network"
	case "volumes_from":
		return "the volumes"
	}
	return "the " + r.Key + " namespace"
}

// Dies says that what is shared ends with the process of the other container, so
// that a start of that one leaves this one behind.
func (r Reference) Dies() bool { return r.Key != "volumes_from" }

// Name is the other one, as people call it.
func (r Reference) Name() string {
	if r.Service != "" {
		return r.Service
	}
	return "container " + r.Container
}

// References are what an active service refers to, in the order that compose
// looks at them.
func (m Model) References(service string) []Reference {
	s := m.Project.Services[service]
	var all []Reference
	for _, from := range s.VolumesFrom {
		all = append(all, m.volumesFrom(from))
	}
	for _, mode := range []struct{ key, value string }{{"network_mode", s.NetworkMode}, {"ipc", s.Ipc}, {"pid", s.Pid}} {
		if other, ok := strings.CutPrefix(mode.value, types.ServicePrefix); ok {
			all = append(all, Reference{Key: mode.key, Service: other})
		} else if other, ok := strings.CutPrefix(mode.value, types.ContainerPrefix); ok {
			all = append(all, m.toContainer(mode.key, other))
		}
	}
	return all
}

// volumesFrom reads SERVICE[:ro] and container:NAME[:ro].
func (m Model) volumesFrom(text string) Reference {
	words := strings.Split(text, ":")
	if words[0] == strings.TrimSuffix(types.ContainerPrefix, ":") && len(words) > 1 {
		return m.toContainer("volumes_from", words[1])
	}
	return Reference{Key: "volumes_from", Service: words[0]}
}

// toContainer is a reference by a container's name, which may be one that the
// same file gives to a service.
func (m Model) toContainer(key, name string) Reference {
	r := Reference{Key: key, Container: name}
	for _, s := range m.Project.Services {
		if s.ContainerName == name {
			r.Service = s.Name
		}
	}
	return r
}

// resolvedAtStart says that compose changes a service before it hashes it: it
// writes the ids of other containers into it, or the engine's socket.
func (m Model) resolvedAtStart(service string) bool {
	return m.Project.Services[service].UseAPISocket || slices.ContainsFunc(m.References(service), Reference.byService)
}

// byService says that compose looks for the container, by the service's name. A
// container's own name it leaves to docker.
func (r Reference) byService() bool { return r.Container == "" }

// OtherContainers are the names of containers that active services refer to and
// that are none of this stack's.
func (m Model) OtherContainers() []string {
	var names []string
	for _, service := range m.Order() {
		for _, r := range m.References(service) {
			if r.Service == "" && !slices.Contains(names, r.Container) {
				names = append(names, r.Container)
			}
		}
	}
	return names
}
