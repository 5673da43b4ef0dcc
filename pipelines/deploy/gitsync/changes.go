package gitsync

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/git"
)

// changes are the files in which a release differs from the tree that is there, as
// the clone has both: the host may not have what is to come. None where the clone has
// not, as with a release of several layers.
func (o Options) changes(ctx context.Context, there string, layers []deploy.Layer) []difference {
	if o.Repo == nil || there == "" || len(layers) != 1 || layers[0].Tree == "" || layers[0].Tree == there {
		return nil
	}
	was, err := o.Repo.Entries(ctx, there)
	if err != nil {
		return nil
	}
	comes, err := o.Repo.Entries(ctx, layers[0].Tree)
	if err != nil {
		return nil
	}
	return treeChanges(was, comes)
}

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
		case old != e:
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
