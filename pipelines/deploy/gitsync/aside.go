package gitsync

// asideFunctions are the shell functions that move out of the way what nobody has
// released: "away" moves it into the directory "aside", with directories around it.
// What some release has there as it is goes from it again: it is no edit, but what
// a directory has that became a file, a file that became a directory, or what a
// killed run had put in its place for a release that is not wanted any more.
const asideFunctions = `
# away PATH: moves it aside.
away() {
	case $1 in */*) mkdir -p "$aside/${1%/*}" ;; *) mkdir -p "$aside" ;; esac
	mv -f "$work_tree/$1" "$aside/$1"
	find "$aside/$1" ! -type d -exec sh -c '. "$functions"; for f; do forget "${f#"$aside/"}"; done' sh {} +
	find "$aside" -depth -type d -exec rmdir {} + 2>/dev/null || :
}
# forget PATH: a file that a release has as it is.
forget() {
	if [ -L "$aside/$1" ]; then
		blob=$(printf %s "$(readlink "$aside/$1")" | git --git-dir="$repo" hash-object --stdin)
	else
		blob=$(git --git-dir="$repo" hash-object --no-filters "$aside/$1")
	fi
	for tree in $trees; do
		[ "$(git --git-dir="$repo" rev-parse -q --verify "$tree:$1" 2>/dev/null)" != "$blob" ] || { rm -f "$aside/$1"; return 0; }
	done
}`
