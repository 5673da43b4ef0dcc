package gitsync

// lookAtDirectory says what is at the directory's path, and sets "work_tree" to
// where its files are and "index" to git's index of them.
const lookAtDirectory = `
command -v git >/dev/null || fail 'git: not found'
say parent "$(cd -P "$parent" 2>/dev/null && pwd)"
work_tree=; index=; ours=; linked=; mount_point=
saved=$(cat "$state/state.json" 2>/dev/null) || saved=
say state "$saved"
if [ -L "$dir" ]; then
	kind=link; work_tree=$(readlink -f "$dir" 2>/dev/null) || work_tree=
	say target "$(readlink "$dir")"
	real=$(cd -P "$state" 2>/dev/null && pwd) || real=
	case $work_tree in
	"$real"/trees/*/*) ;;
	"$real"/trees/*) [ -z "$real" ] || { linked=yes; ours=yes; index=$state/index/${work_tree##*/}; } ;;
	esac
	[ -z "$work_tree" ] || [ -d "$work_tree" ] || { work_tree=; kind=missing; }
	case $linked$saved in *'"inPlace":true'*) ours=yes; [ -n "$linked" ] || index=$state/index/place ;; esac
elif [ -d "$dir" ]; then
	kind=directory; work_tree=$dir; index=$state/index/place
	case $saved in *'"inPlace":true'*) ours=yes ;; esac
	device() { stat -c %d "$1" 2>/dev/null || echo unknown; }
	[ "$(device "$dir")" = "$(device "$parent")" ] || { mount_point=mounted; say mount_point yes; }
elif [ -e "$dir" ]; then kind=other
else kind=missing
fi
say kind "$kind" ours "$ours" linked "$linked"
`

// lookAtFiles compares the files with what is wanted and with what was put there.
const lookAtFiles = compareFiles + `
say want "$want"
say before "$(g for-each-ref --format='%(objectname)' --count=1 refs/slipway/adopted)"
last=$(g rev-parse --verify --quiet refs/slipway/live 2>/dev/null) || last=
if [ -n "$work_tree" ] && [ -z "$ours" ]; then
	# It is kept as a tree of git, to go back to. An empty directory is nothing.
	if [ -n "$(ls -A "$work_tree")" ]; then
		export GIT_INDEX_FILE="$state/index/.adopt.$$"
		rm -f "$GIT_INDEX_FILE"
		cd "$work_tree"
		g -c advice.addEmbeddedRepo=false --work-tree=. add -A -f . 2>"$state/index/.error.$$" || fail "reading what is in $dir now, to be able to go back to it: $(tail -n 3 "$state/index/.error.$$")"
		say adopt "$(g write-tree)"
		rm -f "$GIT_INDEX_FILE" "$state/index/.error.$$"; unset GIT_INDEX_FILE; cd /
	fi
fi
if [ -n "$work_tree" ] && [ -n "$want" ]; then
	compare_begin "$want" "$work_tree" "$index"; differences differs; compare_end
fi
if [ -n "$work_tree" ] && [ -n "$last" ] && [ -n "$ours" ] && [ "$last" != "$want" ]; then
	compare_begin "$last" "$work_tree" "$index"; differences edited; compare_end
fi
if [ -n "$want" ] && [ -n "$last" ] && [ "$last" != "$want" ]; then
	say changed; g diff-tree -r -z --name-status --no-renames "$last" "$want"; say ''
fi
# What it does not have yet can be compared by whoever has it.
if [ -z "$want" ] && [ -n "$last" ]; then
	say has; g ls-tree -r -z "$last"; say ''
fi
`

// lookAside has what nobody has released, where no release ever was, looked at with a
// repository that is not kept: looking changes nothing.
const lookAside = `
if [ -n "$work_tree" ] && [ -z "$ours" ] && [ ! -f "$repo/slipway" ]; then
	state=$(mktemp -d) || fail 'making a temporary directory'
	trap 'rm -rf "$state"' EXIT
	repo=$state/repo.git
	plain_git
` + initialize + `
fi
`
