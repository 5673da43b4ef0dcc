package gitsync

import (
	"path"
	"path/filepath"
	"strings"
)

// linkTo is where the link leads, up to the name of the tree: relative where
// that goes down only, so that it is right in a container as well.
func (r remote) linkTo() string {
	trees := path.Join(r.state, "trees")
	relative, err := filepath.Rel(path.Dir(r.dir), trees)
	if err != nil || strings.HasPrefix(relative, "..") {
		return trees
	}
	return relative
}

// Whoever reads the folder goes through the link into the trees: .slipway, which a
// deploy may have made for its owner alone, lets others through and shows them nothing.
//
// adopt keeps what nobody released, to go back to.
const adopt = `
mkdir -p "$state/trees" "$state/index" "$parent"
chmod a+x "${state%/*}" "$state" 2>/dev/null || true
[ -z "$adopt" ] || g update-ref "refs/slipway/adopted/$adopt" "$adopt"
`

// checkOut sets "tree" to the name of a directory with just the tree "want".
// One that is there is used again if nobody has touched it.
const checkOut = `
tree=
for there in "$state/trees/$want".*; do
	[ -d "$there" ] || continue
	compare_begin "$want" "$there" "$state/index/${there##*/}"
	clean=$(differences x | tr -d '\0')
	compare_end
	if [ "$clean" = x ]; then tree=${there##*/}; break; fi
done
if [ -z "$tree" ]; then
	tree=$want.$fresh
	rm -rf "$state/trees/".new.*
	mkdir "$state/trees/.new.$fresh"
	export GIT_INDEX_FILE="$state/index/$tree"
	rm -f "$GIT_INDEX_FILE"
	g read-tree "$want"
	cd "$state/trees/.new.$fresh"
	g --work-tree=. checkout-index -q -a -u
	cd /
	unset GIT_INDEX_FILE
	mv "$state/trees/.new.$fresh" "$state/trees/$tree"
fi
`

// switchLink makes the directory a link to "tree" by one rename. A directory
// that is in the way becomes one of the trees, untouched.
const switchLink = `
rm -f "$parent/.$base.slipway."*
ln -s "$link/$tree" "$parent/.$base.slipway.$fresh"
if [ -d "$dir" ] && [ ! -L "$dir" ]; then
	kept=${adopt:-directory}.$fresh.kept
	mv "$dir" "$state/trees/$kept" || fail "$dir can't be moved aside to make place for a link; if it is a mount point, say switch: in-place"
fi
mv -fT "$parent/.$base.slipway.$fresh" "$dir"
echo "linked to $link/$tree"
`

// remember writes down what is there now.
const remember = `
g update-ref refs/slipway/live "$want"
printf '%s\n' "$next" >"$state/.state.$fresh"
mv -f "$state/.state.$fresh" "$state/state.json"
`

// removeLink undoes a first deploy that had nothing to go back to.
const removeLink = `
[ ! -L "$dir" ] || rm -f "$dir"
`

const forget = `
rm -f "$state/state.json"
g update-ref -d refs/slipway/live
`

const emptyTree = `
want=$(g hash-object -t tree -w /dev/null)
`
