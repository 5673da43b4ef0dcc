package deploy

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Layer is a directory of a commit, or some files of it. A target's layers, one
// on top of the other, are the directory that it has.
type Layer struct {
	// Commit is full; empty for a directory that no commit made.
	Commit string `json:"commit,omitempty"`
	// From is the directory in the repository, with slashes; "" for all of it.
	From string `json:"from,omitempty"`
	// Tree is the id of git's tree; empty when the clone did not have the commit.
	Tree string `json:"tree,omitempty"`
	// Paths in the directory, clean and with slashes, that come from this layer, files or directories. All
	// when empty; the first layer of a target has none.
	Paths []string `json:"paths,omitempty"`
}

// errNothingBelow is why single files can't be deployed.
var errNothingBelow = errors.New("single paths change what is live, and this target is not live yet; deploy it whole first")

// over puts the paths that d wants on top of what is live: the rest of the
// target stays as before has it.
func (d Desired) over(before Desired) (Desired, error) {
	if len(before.Sync) == 0 || before.Sync[0].Commit == "" || len(d.Sync) == 0 {
		return d, errNothingBelow
	}
	if from := d.Sync[0].From; from != before.Sync[0].From {
		return d, fmt.Errorf("single paths can't be changed: what is live is from %q of the repository, and %s has it in %q; deploy it whole",
			before.Sync[0].From, d.Release.Tag, from)
	}
	layers := slices.DeleteFunc(slices.Clone(before.Sync), func(l Layer) bool {
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

// single says that some of the items want single paths only.
func single(items []Item) bool {
	return slices.ContainsFunc(items, func(i Item) bool { return len(i.Desired.Paths) > 0 })
}
