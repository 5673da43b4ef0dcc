package gitsync

// compareFiles are the shell functions that compare files with a tree: git's
// index remembers what it saw of them, so only what was touched is read.
const compareFiles = `
# compare TREE WORK_TREE INDEX: a copy of the index, in which only TREE is.
compare_begin() {
	tmp=$state/index/.look.$$
	rm -f "$tmp" "$tmp.lock"
	[ ! -f "$3" ] || cp "$3" "$tmp"
	export GIT_INDEX_FILE="$tmp"
	{ [ -f "$tmp" ] && g read-tree -m "$1" 2>/dev/null; } || { rm -f "$tmp"; g read-tree "$1"; }
	cd "$2"
	g --work-tree=. update-index -q --refresh >/dev/null || :
}
compare_end() { rm -f "$tmp"; unset GIT_INDEX_FILE; cd /; }
# differences NAME: git's letters and paths, and ? for what nobody released.
differences() {
	say "$1"
	g --work-tree=. diff-files -z --name-status --ignore-submodules=all
	g --work-tree=. ls-files -z -t -o --exclude-standard -x '.slipway.*'
	say ''
}
`
