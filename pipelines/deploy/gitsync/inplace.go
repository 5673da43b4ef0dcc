package gitsync

// inPlace changes the files of "place" into those of the tree "want". New
// content is written aside and renamed; what is gone goes last. Links in the
// directory are never followed, and what nobody has released is moved aside.
const inPlace = `
place=$dir; index=$state/index/place
if [ -L "$dir" ]; then
	place=$(readlink -f "$dir")
	case $place in "$(cd -P "$state" && pwd)"/trees/*) index=$state/index/${place##*/} ;; esac
fi
mkdir -p "$place" "$state/index"
rm -rf "$place"/.slipway.* "$state"/stage.*
stage=$state/stage.$fresh
mkdir "$stage"
[ "$(stat -c %d "$stage" 2>/dev/null)" = "$(stat -c %d "$place" 2>/dev/null)" ] || { rmdir "$stage"; stage=$place/.slipway.$fresh; mkdir "$stage"; }
aside=$state/aside/$fresh
work=$state/index/.work.$fresh
rm -f "$state"/index/.work.*
export place stage aside
compare_begin "$want" "$place" "$index"
g --work-tree=. diff-files -z --name-only --ignore-submodules=all >"$work.changed"
g --work-tree=. checkout-index -q -f -z --stdin --prefix="$stage/" <"$work.changed"
compare_end
last=$(g rev-parse --verify --quiet refs/slipway/live 2>/dev/null) || last=
: >"$work.gone"
[ -z "$last" ] || g diff-tree -r -z --name-only --no-renames --diff-filter=D "$last" "$want" >"$work.gone"
cat >"$work.functions" <<'END_OF_FUNCTIONS'
# away PATH: moves what nobody released out of the way.
away() {
	case $1 in */*) mkdir -p "$aside/${1%/*}" ;; *) mkdir -p "$aside" ;; esac
	mv -f "$place/$1" "$aside/$1"
}
# put PATH: its directories first; one that is new comes as a whole.
put() {
	[ -e "$stage/$1" ] || [ -L "$stage/$1" ] || return 0
	rest=$1; at=
	while case $rest in */*) true ;; *) false ;; esac; do
		at=$at${rest%%/*}; rest=${rest#*/}
		if [ -L "$place/$at" ] || { [ -e "$place/$at" ] && [ ! -d "$place/$at" ]; }; then away "$at"; fi
		if [ ! -d "$place/$at" ]; then mv "$stage/$at" "$place/$at"; return; fi
		at=$at/
	done
	if [ -d "$place/$1" ] && [ ! -L "$place/$1" ]; then away "$1"; fi
	mv -fT "$stage/$1" "$place/$1"
}
# gone PATH: a file that the release does not have any more.
gone() {
	# A directory on the way that is a link now leads out of the place.
	rest=$1; at=
	while case $rest in */*) true ;; *) false ;; esac; do
		at=$at${rest%%/*}; rest=${rest#*/}
		[ ! -L "$place/$at" ] || return 0
		at=$at/
	done
	[ -d "$place/$1" ] && [ ! -L "$place/$1" ] || rm -f "$place/$1"
	case $1 in */*) up=${1%/*} ;; *) return 0 ;; esac
	while rmdir "$place/$up" 2>/dev/null; do
		case $up in */*) up=${up%/*} ;; *) break ;; esac
	done
	return 0
}
END_OF_FUNCTIONS
each() { xargs -0 sh -c 'set -e; functions=$1 do=$2; shift 2; . "$functions"; for f; do "$do" "${f%/}"; done' sh "$work.functions" "$1" <"$2"; }
each put "$work.changed"
each gone "$work.gone"
compare_begin "$want" "$place" "$index"
g --work-tree=. ls-files -z -o --exclude-standard -x '.slipway.*' >"$work.extra"
compare_end
each away "$work.extra"
export GIT_INDEX_FILE="$index"
{ [ -f "$index" ] && g read-tree -m "$want" 2>/dev/null; } || { rm -f "$index"; g read-tree "$want"; }
cd "$place"; g --work-tree=. update-index -q --refresh >/dev/null || :; cd /
unset GIT_INDEX_FILE
rm -rf "$stage" "$work".*
echo "changed in place"
`
