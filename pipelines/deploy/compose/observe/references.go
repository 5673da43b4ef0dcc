package observe

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"git.example/slipway/pipelines/deploy/compose/container"
	"git.example/slipway/pipelines/deploy/compose/model"
)

// first is the id of the container of a service that compose takes when another
// service refers to it: the first by name. Old ones beside new ones are gone
// before compose is asked, so they count only when there are no others.
func (o Observation) first(service string) string {
	if c, ok := o.First(service); ok {
		return c.ID
	}
	return ""
}

// First is that container.
func (o Observation) First(service string) (container.Container, bool) {
	var current, all []container.Container
	for _, c := range o.Containers[service] {
		if c.ConfigHash() == "" {
			continue // compose does not know it
		}
		all = append(all, c)
		if o.Current(c) {
			current = append(current, c)
		}
	}
	if len(current) > 0 {
		all = current
	}
	if len(all) == 0 {
		return container.Container{}, false
	}
	return slices.MinFunc(all, func(a, b container.Container) int { return cmp.Compare(a.Name, b.Name) }), true
}

// Referred is the container that a reference leads to now.
func (o Observation) Referred(r model.Reference) (container.Container, bool) {
	if r.Service != "" {
		return o.First(r.Service)
	}
	c, ok := o.Others[r.Container]
	return c, ok
}

// Stranded is why a running container has lost what it shares with another one;
// empty when it has not. Compose does not look at that: the id of the other one
// in its hash is the same after a restart, and it leaves container: to docker.
func (o Observation) Stranded(c container.Container) string {
	if !c.Running() {
		return ""
	}
	for _, r := range o.Model.References(c.Service()) {
		other, ok := o.Referred(r)
		lives, inContainer := strings.CutPrefix(c.Mode(r.Key), types.ContainerPrefix)
		switch {
		case !r.Dies() || !inContainer:
		case !ok || other.ID != lives:
			return fmt.Sprintf("it is in %s of an earlier %s", r.Shares(), r.Name())
		case !other.Running():
			return fmt.Sprintf("it is in %s of %s, which does not run", r.Shares(), r.Name())
		case other.State.StartedAt.After(c.State.StartedAt):
			return fmt.Sprintf("it is in %s that %s had before that started again", r.Shares(), r.Name())
		}
	}
	return ""
}
