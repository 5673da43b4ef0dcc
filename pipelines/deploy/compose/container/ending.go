package container

// Ending is whether a service's containers may or must end. It is part of the
// format of saved plans.
type Ending string

// The endings.
const (
	RunsOn  Ending = ""
	MayEnd  Ending = "may"  // its restart policy says that it does not come back
	MustEnd Ending = "must" // another service waits for its completion
)

// AsWanted says that a container is as it should be, or on the way to it.
func (c Container) AsWanted(e Ending) bool {
	switch {
	case c.State.Status == StateExited && c.State.ExitCode == 0:
		return e != RunsOn
	case !c.Running():
		return false
	}
	return c.Health() != Unhealthy
}
