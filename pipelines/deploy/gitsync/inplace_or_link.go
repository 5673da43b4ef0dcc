package gitsync

import (
	"fmt"

	"git.example/slipway/pipelines/config"
)

// changesInPlace says whether files are changed one by one, and why. That is what
// every reader sees, so it is what is done when nobody knows who reads.
func changesInPlace(options Options, o observation) (bool, string) {
	switch options.switches() {
	case config.SwitchLink:
		return false, ""
	case config.SwitchInPlace:
		return true, "switch: in-place says so"
	}
	for _, m := range o.mounts {
		if m.sees {
			return true, fmt.Sprintf("container %q mounts %s itself and would not see a link switch", m.container, m.source)
		}
		if !m.whole {
			return true, fmt.Sprintf("container %q mounts %s without %s, where a link would lead", m.container, m.source, options.State)
		}
	}
	switch {
	case o.kind == "directory" && o.ours:
		return true, "it was so before; switch: link changes that"
	case o.mountPoint:
		return true, "it is a mount point, which can't be renamed"
	case o.silent:
		return true, fmt.Sprintf("Docker on the host did not say what its containers mount (%s), and one that mounts %s itself would not see a link switch", firstLine(o.unseen), options.Dir)
	case o.unseen != "" && o.state.InPlace:
		return true, "it was so before, and Docker could not be asked"
	}
	return false, ""
}
