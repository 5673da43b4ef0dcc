package proxy

import (
	"maps"
	"slices"
	"strings"

	"git.example/slipway/pipelines/deploy/compose/container"
)

// Switched is what the proxy was switched to, in switched.json of the target's
// state directory. The proxy has read File when it is there.
type Switched struct {
	// File is the content of the proxy's file.
	File string `json:"file"`
	// Serving are the containers that serve, by id, with their addresses: a proxy
	// looks names up when it reads the file.
	Serving map[string]string `json:"live"`
	// Before are those that did before.
	Before []string `json:"before,omitempty"`
}

// Next is s after a switch to serving.
func (s Switched) Next(file string, serving []container.Container) Switched {
	n := Switched{File: file, Serving: addresses(serving), Before: slices.Sorted(maps.Keys(s.Serving))}
	if s.Knows(serving) {
		n.Before = s.Before
	}
	return n
}

// Knows says that those containers serve, at the addresses that they have now.
func (s Switched) Knows(serving []container.Container) bool {
	return maps.Equal(addresses(serving), s.Serving)
}

// SendsTo says that the proxy sends requests to a container.
func (s Switched) SendsTo(id string) bool {
	_, is := s.Serving[id]
	return is
}

// SentTo says that the proxy sends requests to a container, or did until the
// last switch.
func (s Switched) SentTo(id string) bool {
	return s.SendsTo(id) || slices.Contains(s.Before, id)
}

// addresses are containers as Serving has them.
func addresses(serving []container.Container) map[string]string {
	all := map[string]string{}
	for _, c := range serving {
		all[c.ID] = strings.Join(c.Addresses(), " ")
	}
	return all
}

// ServingOf are the containers that serve: running, of the given services, and
// not excluded.
func ServingOf(all []container.Container, services, exclude []string) []container.Container {
	var serving []container.Container
	for _, c := range all {
		if c.Running() && slices.Contains(services, c.Service()) && !slices.Contains(exclude, c.ID) {
			serving = append(serving, c)
		}
	}
	slices.SortFunc(serving, func(a, b container.Container) int { return strings.Compare(a.Name, b.Name) })
	return serving
}
