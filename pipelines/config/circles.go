package config

import "slices"

// circles are the circles among names, each found once and written from its
// first name to that name again; next is what a name leads to.
func circles(names []string, next func(string) []string) [][]string {
	var found [][]string
	done := map[string]bool{}
	var walk func(trail []string, name string)
	walk = func(trail []string, name string) {
		if at := slices.Index(trail, name); at >= 0 {
			found = append(found, append(slices.Clone(trail[at:]), name))
			return
		}
		if done[name] {
			return
		}
		for _, n := range next(name) {
			walk(append(trail, name), n)
		}
		done[name] = true
	}
	for _, name := range names {
		walk(nil, name)
	}
	return found
}
