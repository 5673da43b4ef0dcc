package container

import "strings"

// Released says that a release of ours started it: compose noted the files that it
// was started from, and ours are below .slipway.
func (c Container) Released() bool {
	return strings.Contains(c.Config.Labels[LabelFiles], "/.slipway/")
}

// Released are those of some containers that a release of ours started.
func Released(containers []Container) []Container {
	var ours []Container
	for _, c := range containers {
		if c.Released() {
			ours = append(ours, c)
		}
	}
	return ours
}
