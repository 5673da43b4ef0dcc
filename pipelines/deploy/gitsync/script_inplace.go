package gitsync

// inPlace changes the files of "work_tree" into those of the tree "want". New
// content is written aside and renamed; what the release does not have goes last.
// Links in the directory are never followed, and what nobody has released is moved
// aside: see asideFunctions.
const inPlace = `
work_tree=$dir; index=$state/index/place
if [ -L "$dir" ]; then
	work_tree=$(readlink -f "$dir")
	case $work_tree in "$(cd -P "$state" && pwd)"/trees/*) index=$state/index/${work_tree##*/} ;; esac
fi
mkdir -p "$work_tree" "$state/index"
rm -rf "$work_tree"/.slipway.* "$state"/stage.*
incoming=$state/stage.$fresh
mkdir "$incoming"
[ "$(stat -c %d "$incoming" 2>/dev/null)" = "$(stat -c %d "$work_tree" 2>/dev/null)" ] || { rmdir "$incoming"; incoming=$work_tree/.slipway.$fresh; mkdir "$incoming"; }
work=$state/index/.work.$fresh
rm -f "$state"/index/.work.*
export work_tree incoming
compare_begin "$want" "$work_tree" "$index"
g --work-tree=. diff-files -z --name-only --ignore-submodules=all >"$work.changed"
g --work-tree=. checkout-index -q -f -z --stdin --prefix="$incoming/" <"$work.changed"
compare_end
last=$(g rev-parse --verify --quiet refs/slipway/live 2>/dev/null) || last=
: >"$work.deleted"
[ -z "$last" ] || g diff-tree -r -z --name-only --no-renames --diff-filter=D "$last" "$want" >"$work.deleted"
aside=$state/aside/$fresh; functions=$work.functions
trees="$last $(g for-each-ref --format='%(objectname)' refs/slipway/commits | tr '\n' ' ')"
export repo aside functions trees
cat >"$functions" <<'END_OF_FUNCTIONS'
` + asideFunctions + `
# put PATH: its directories first; one that is new comes as a whole.
put() {
	[ -e "$incoming/$1" ] || [ -L "$incoming/$1" ] || return 0
	rest=$1; at=
	while case $rest in */*) true ;; *) false ;; esac; do
		at=$at${rest%%/*}; rest=${rest#*/}
		if [ -L "$work_tree/$at" ] || { [ -e "$work_tree/$at" ] && [ ! -d "$work_tree/$at" ]; }; then away "$at"; fi
		if [ ! -d "$work_tree/$at" ]; then mv "$incoming/$at" "$work_tree/$at"; return; fi
		at=$at/
	done
	if [ -d "$work_tree/$1" ] && [ ! -L "$work_tree/$1" ]; then away "$1"; fi
	mv -fT "$incoming/$1" "$work_tree/$1"
}
# discard PATH: a file that the release does not have any more.
discard() {
	# A directory on the way that is a link now leads out of the directory.
	rest=$1; at=
	while case $rest in */*) true ;; *) false ;; esac; do
		at=$at${rest%%/*}; rest=${rest#*/}
		[ ! -L "$work_tree/$at" ] || return 0
		at=$at/
	done
	[ -d "$work_tree/$1" ] && [ ! -L "$work_tree/$1" ] || rm -f "$work_tree/$1"
	case $1 in */*) up=${1%/*} ;; *) return 0 ;; esac
	while rmdir "$work_tree/$up" 2>/dev/null; do
		case $up in */*) up=${up%/*} ;; *) break ;; esac
	done
	return 0
}
END_OF_FUNCTIONS
each() { xargs -0 sh -c 'set -e; functions=$1 do=$2; shift 2; . "$functions"; for f; do "$do" "${f%/}"; done' sh "$functions" "$1" <"$2"; }
each put "$work.changed"
each discard "$work.deleted"
compare_begin "$want" "$work_tree" "$index"
g --work-tree=. ls-files -z -o --exclude-standard -x '.slipway.*' >"$work.extra"
compare_end
each away "$work.extra"
export GIT_INDEX_FILE="$index"
{ [ -f "$index" ] && g read-tree -m "$want" 2>/dev/null; } || { rm -f "$index"; g read-tree "$want"; }
cd "$work_tree"; g --work-tree=. update-index -q --refresh >/dev/null || :; cd /
unset GIT_INDEX_FILE
rm -rf "$incoming" "$work".*
rmdir "$aside" "$state/aside" 2>/dev/null || :
echo "changed in place"
`
