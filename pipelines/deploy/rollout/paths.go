package rollout

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"git.example/slipway/pipelines/deploy"
)

// errNothingBelow is why single files can't be deployed.
var errNothingBelow = errors.New("single paths change what is live, and this target is not live yet; deploy it whole first")

// onTop puts the paths that d wants on top of what is live: the rest of the
// target stays as before has it.
func onTop(d, before deploy.Desired) (deploy.Desired, error) {
	if len(before.Sync) == 0 || before.Sync[0].Commit == "" || len(d.Sync) == 0 {
		return d, errNothingBelow
	}
	if from := d.Sync[0].From; from != before.Sync[0].From {
		return d, fmt.Errorf("single paths can't be changed: what is live is from %q of the repository, and %s has it in %q; deploy it whole",
			before.Sync[0].From, d.Release.Tag, from)
	}
	layers := slices.DeleteFunc(slices.Clone(before.Sync), func(l deploy.Layer) bool {
		return len(l.Paths) > 0 && covers(d.Paths, l.Paths)
	})
	for _, l := range d.Sync {
		if l.Paths = common(l.Paths, d.Paths); len(l.Paths) > 0 {
			layers = append(layers, l)
		}
	}
	before.Sync = layers
	before.Env, before.Login, before.Returning, before.Reachable = d.Env, d.Login, d.Returning, d.Reachable
	before.Paths = d.Paths
	return before, nil
}

// common are the paths that are in both; no layer's paths are all of it.
func common(layer, wanted []string) []string {
	if len(layer) == 0 {
		return wanted
	}
	var both []string
	for _, a := range layer {
		for _, b := range wanted {
			switch {
			case a == b, strings.HasPrefix(a, b+"/"):
				both = append(both, a)
			case strings.HasPrefix(b, a+"/"):
				both = append(both, b)
			}
		}
	}
	return both
}

// covers says that every one of lower is among upper.
func covers(upper, lower []string) bool {
	return !slices.ContainsFunc(lower, func(path string) bool { return !slices.Contains(upper, path) })
}

// narrowed says that some of the items want single paths only.
func narrowed(items []Item) bool {
	return slices.ContainsFunc(items, func(i Item) bool { return len(i.Desired.Paths) > 0 })
}
