package gitsync

import (
	"cmp"
	"fmt"
	"time"
)

// dockerWait is how long Docker may take for one answer. A busy one takes
// seconds; one that hangs takes for ever.
const dockerWait = 15 * time.Second

// containers are what the host's Docker says of its running containers.
type containers struct {
	// mounts are the folders that they mount, by what they see of the directory.
	mounts []mount
	// unseen is why Docker could not be asked; empty when it was, and when there
	// was no need to.
	unseen string
	// silent says that it is there and gave no answer in time.
	silent bool
}

// containersIn reads what askDocker has said.
func (r remote) containersIn(found facts) containers {
	return containers{
		mounts: r.mountsShowing(found["mount"], found.one("parent")),
		unseen: found.one("unseen"), silent: found.one("silent") != "",
	}
}

// askDocker adds what asks the host's Docker which folders running containers
// mount. A directory that is not there is mounted by nobody: Docker makes one that
// it misses. One that is changed in place anyway needs no answer either.
func (o Options) askDocker(s *script) {
	s.Raw(fmt.Sprintf("wait=%d", max(1, int(cmp.Or(o.DockerWait, dockerWait).Seconds()))))
	s.Raw(lookForMounts)
}

const lookForMounts = `
# in_time WORDS: what they say is in the files out and err of "asked"; 124 when they
# take longer than "wait" seconds. Files, because a pipe stays open as long as any
# child has it.
in_time() {
	"$@" >"$asked/out" 2>"$asked/err" </dev/null &
	running=$!
	( n=0; while [ $n -lt $wait ]; do sleep 1; n=$((n + 1)); done; : >"$asked/late"; kill -9 $running ) >/dev/null 2>&1 </dev/null &
	clock=$!
	code=0; wait $running 2>/dev/null || code=$?
	kill $clock 2>/dev/null || :
	[ ! -e "$asked/late" ] || code=124
	return $code
}
unseen() {
	[ $code != 124 ] || say silent yes
	[ $code != 124 ] || echo "no answer in ${wait}s" >"$asked/err"
	say unseen "$(cat "$asked/err")"
}
look_for_mounts() {
	command -v docker >/dev/null 2>&1 || return 0
	asked=$(mktemp -d 2>/dev/null) || { say silent yes unseen "there is no room in /tmp for its answer"; return 0; }
	trap 'rm -rf "$asked"' EXIT
	in_time docker ps -q --no-trunc || { unseen; return 0; }
	ids=$(cat "$asked/out")
	[ -n "$ids" ] || return 0
	# One that is gone meanwhile mounts nothing.
	in_time docker inspect --format '{{range .Mounts}}{{printf "%s\t%s\n" $.Name .Source}}{{end}}' $ids || {
		grep -v -i 'no such' "$asked/err" >"$asked/others" || :
		[ $code != 124 ] && [ ! -s "$asked/others" ] || unseen
	}
	while IFS= read -r line; do
		[ -z "$line" ] || say mount "$line"
	done <"$asked/out"
}
if [ -e "$dir" ] || [ -L "$dir" ] || [ -n "$(ls -A "$state/trees" 2>/dev/null)" ]; then
	case ${kind-}${ours-}${mount_point-} in directoryyes* | *mounted) ;; *) look_for_mounts ;; esac
fi
`
