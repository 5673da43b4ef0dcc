package gitsync

import (
	"slices"
	"strconv"
	"strings"
	"unicode"

	"git.example/slipway/pipelines/git"
)

// treeChanges are the paths in which two trees differ, in order, with git's letters.
func treeChanges(was, comes []git.Entry) []difference {
	before := map[string]git.Entry{}
	for _, e := range was {
		if e.Kind != "tree" {
			before[e.Path] = e
		}
	}
	var all []difference
	for _, e := range comes {
		old, there := before[e.Path]
		delete(before, e.Path)
		switch {
		case e.Kind == "tree":
		case !there:
			all = append(all, difference{"A", e.Path})
		case old.Mode != e.Mode || old.ID != e.ID:
			all = append(all, difference{"M", e.Path})
		}
	}
	for path := range before {
		all = append(all, difference{"D", path})
	}
	slices.SortFunc(all, func(a, b difference) int { return strings.Compare(a.path, b.path) })
	return all
}

// listed names the first few files, as "M a.py, D b.py".
func listed(all []difference) string {
	const shown = 10
	var names []string
	for _, d := range all[:min(shown, len(all))] {
		path := d.path
		if strings.ContainsFunc(path, func(r rune) bool { return !unicode.IsGraphic(r) || r == ',' || r == unicode.ReplacementChar }) {
			path = strconv.QuoteToGraphic(path)
		}
		names = append(names, d.kind+" "+path)
	}
	if len(all) > shown {
		names = append(names, "…")
	}
	return strings.Join(names, ", ")
}
