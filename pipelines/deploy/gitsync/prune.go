package gitsync

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"git.example/slipway/pipelines/deploy"
)

// prune removes commits as Target.Prune says.
func (r remote) prune(ctx context.Context, drop, keep []deploy.Desired) error {
	refs := map[string]bool{}
	for _, d := range drop {
		for _, l := range d.Sync {
			refs[layerRef(l)] = l.Commit != ""
		}
	}
	for _, d := range keep {
		for _, l := range d.Sync {
			delete(refs, layerRef(l))
		}
	}
	s := r.begin()
	s.Raw("plain_git; wait_for_others")
	s.Raw(`[ -f "$repo/slipway" ] || exit 0`)
	for _, ref := range slices.Sorted(maps.Keys(refs)) {
		if refs[ref] {
			s.Line("g", "update-ref", "-d", ref)
		}
	}
	s.Raw(leftovers + "tidy") // also what was still at work when this run began
	s.Raw(pruneTrees)
	if err := r.run(ctx, s, nil); err != nil {
		return fmt.Errorf("removing old trees from %q: %w", r.state, err)
	}
	return nil
}

const pruneTrees = `
live=; [ ! -L "$dir" ] || live=$(readlink -f "$dir")
kept=" $(g for-each-ref --format='%(objectname)' refs/slipway | tr '\n' ' ')"
cd "$state/trees"
for tree in *.*; do
	case $tree in *.kept) continue ;; esac
	case $kept in *" ${tree%%.*} "*) continue ;; esac
	[ "$live" != "$(pwd -P)/$tree" ] || continue
	rm -rf "./$tree" "$state/index/$tree"
done
cd /
g gc --auto --quiet
`
