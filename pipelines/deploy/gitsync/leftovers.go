package gitsync

// leftovers is the shell function that removes what killed runs left: half packs
// and packs without an index, which git never reads, locks, which it waits for in
// vain, and temporary files. They are listed before we look for a git that works
// on the repository, so nothing is taken from one that lives: another deploy may
// be sending its pack at this very moment. Then they stay until the next run.
const leftovers = `
tidy() {
	set --
	for found in "$repo"/objects/pack/tmp_* "$repo"/objects/pack/.tmp-* "$repo"/objects/pack/*.lock \
		"$repo"/objects/tmp_* "$repo"/objects/incoming-* "$repo"/objects/??/tmp_* "$repo"/objects/info/*.lock \
		"$repo"/*.lock "$repo"/refs/*.lock "$repo"/refs/*/*.lock "$repo"/refs/*/*/*.lock "$repo"/refs/*/*/*/*.lock \
		"$state"/index/*.lock; do
		[ ! -e "$found" ] || set -- "$@" "$found"
	done
	for found in "$repo"/objects/pack/pack-*; do
		[ -e "$found" ] || continue
		pack=${found%.*}
		[ -e "$pack.pack" ] && [ -e "$pack.idx" ] || set -- "$@" "$found"
	done
	for found in "$state"/index/.*.[0-9]*; do
		[ -e "$found" ] && [ ! -d "/proc/${found##*.}" ] && [ -d /proc/self ] || continue
		set -- "$@" "$found"
	done
	[ $# -gt 0 ] || return 0
	! at_work || return 0
	rm -rf "$@"
}
# at_work says that some git works on the repository, or that nobody can tell.
at_work() {
	[ -r /proc/self/cmdline ] || return 0
	printf '%s\n' "--git-dir=$repo" | grep -q -s -F -f - /proc/[0-9]*/cmdline
}
`
