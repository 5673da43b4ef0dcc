package gitsync

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"

	"git.example/slipway/pipelines/deploy"
)

// Prune removes commits that only releases of drop have, and the directories
// of trees that no kept release has. What was adopted always stays.
func (t *Target) Prune(ctx context.Context, drop, keep []deploy.Desired, _ io.Writer) error {
	refs := map[string]bool{}
	for _, d := range drop {
		for _, l := range d.Sync {
			refs[refOf(l)] = l.Commit != ""
		}
	}
	for _, d := range keep {
		for _, l := range d.Sync {
			delete(refs, refOf(l))
		}
	}
	s := t.begin()
	s.Raw("plain_git; wait_for_others")
	s.Raw(`[ -f "$repo/slipway" ] || exit 0`)
	for _, ref := range slices.Sorted(maps.Keys(refs)) {
		if refs[ref] {
			s.Line("g", "update-ref", "-d", ref)
		}
	}
	s.Raw(pruneTrees)
	if err := t.run(ctx, s, nil); err != nil {
		return fmt.Errorf("removing old trees from %q: %w", t.State, err)
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
