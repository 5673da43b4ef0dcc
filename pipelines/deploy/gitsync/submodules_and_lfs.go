package gitsync

import (
	"context"
	"fmt"
	"slices"

	"git.example/slipway/pipelines/git"
)

// carried are the ids of the entries, each once. A submodule can't be carried.
func carried(entries []git.Entry) ([]string, error) {
	ids := make([]string, 0, len(entries))
	for _, e := range entries {
		if e.Kind == "commit" {
			return nil, fmt.Errorf("%q is a submodule, which git sync can't carry: put its files into this repository, or sync another directory", e.Path)
		}
		ids = append(ids, e.ID)
	}
	slices.Sort(ids)
	return slices.Compact(ids), nil
}

// pointer looks for a Git LFS pointer among what is new to the host.
func (p sender) pointer(ctx context.Context, entries []git.Entry, missing []string) (string, error) {
	fresh := make(map[string]bool, len(missing))
	for _, id := range missing {
		fresh[id] = true
	}
	var look []git.Entry
	for _, e := range entries {
		if fresh[e.ID] {
			look = append(look, e)
		}
	}
	return p.repo.Pointer(ctx, look)
}
