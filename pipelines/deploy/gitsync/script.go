package gitsync

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"

	"git.example/slipway/pipelines/command"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/shell"
)

// script is a script for the host.
type script struct{ shell.Script }

// remote is a directory and its state on a host.
type remote struct {
	host       deploy.Host
	dir, state string
}

// begin is a script with what all of ours need.
func (r remote) begin() *script {
	s := &script{}
	s.Set("dir", r.dir)
	s.Set("state", r.state)
	s.Raw(prelude)
	return s
}

// reading are the words of a shell that runs a script and leaves standard input to
// its programs; others are $1 and so on.
func (r remote) reading(script string, others ...string) []string {
	s := r.begin()
	s.Raw("set -e; plain_git")
	s.Raw(script)
	return append([]string{"sh", "-c", s.String(), "sh"}, others...)
}

// prelude makes git the same on every host: nobody's configuration, no filters,
// no line ends changed. A file on the host has the bytes that were committed.
const prelude = `
parent=${dir%/*}; base=${dir##*/}
[ -n "$parent" ] || parent=/
repo=$state/repo.git
umask 022
export LC_ALL=C
say() { printf '%s\0' "$@"; }
fail() { echo "$*" >&2; exit 1; }
g() { git --git-dir="$repo" "$@"; }
# The user's git configuration stays out; docker needs the user's HOME.
plain_git() {
	export HOME="$state" XDG_CONFIG_HOME="$state"
	unset $(env | sed -n 's/^\(GIT_[A-Z0-9_]*\)=.*/\1/p') GIT_DIR
	export GIT_CONFIG_NOSYSTEM=1 GIT_ATTR_NOSYSTEM=1 GIT_TERMINAL_PROMPT=0
}
# What a killed run left working is waited for: its script goes on alone.
wait_for_others() {
	n=0
	while [ -f "$state/busy" ] && [ $n -lt 600 ]; do
		read -r pid boot <"$state/busy" || pid=
		[ -n "$pid" ] && [ "$boot" = "$(boot_id)" ] && kill -0 "$pid" 2>/dev/null || break
		sleep 0.1 2>/dev/null || sleep 1
		n=$((n + 1))
	done
}
# writable wants what an earlier deploy made to be ours to write to.
writable() {
	for made in "$state" "$state/index" "$state/trees" "$repo/objects" "$repo/objects/pack" "$repo/refs"; do
		[ ! -e "$made" ] || [ -w "$made" ] || fail "$made belongs to $(set -- $(ls -ld "$made"); echo "$3"), and $(id -un) can't write to it: deploy as that user, or run: sudo chown -R $(id -un) $state"
	done
}
boot_id() { cat /proc/sys/kernel/random/boot_id 2>/dev/null || echo unknown; }
`

// run runs the script on the host, up to what fails, and copies what it says to
// stdout. All scripts can be run twice, and are when the connection was lost.
func (r remote) run(ctx context.Context, s *script, stdout io.Writer) error {
	whole := &script{}
	whole.Raw("set -e")
	whole.Append(&s.Script)
	whole.Raw("exit 0")
	var out bytes.Buffer
	err := deploy.Again(ctx, func() error {
		out.Reset()
		return said(r.host.Run(ctx, whole.Command(), &out, nil))
	})
	if stdout != nil {
		stdout.Write(out.Bytes())
	}
	return err
}

// facts runs the script and reads what it says: a name and a value in turn,
// each ended by a NUL, because a path may hold anything else.
func (r remote) facts(ctx context.Context, s *script) (facts, error) {
	var out bytes.Buffer
	if err := r.run(ctx, s, &out); err != nil {
		return nil, err
	}
	return parseFacts(strings.Split(out.String(), "\x00")), nil
}

// errNoGit is what a host without git says.
var errNoGit = errors.New("the host has no git; install it (Debian, Ubuntu, Amazon Linux: package git)")

// said leaves the script out of its error: what git said is what matters.
func said(err error) error {
	var failed *command.Error
	switch {
	case errors.Is(err, command.ErrLost) && errors.As(err, &failed):
		return failed.Err
	case !errors.As(err, &failed) || failed.Stderr == "" || failed.ExitCode < 0:
		return err
	}
	if strings.Contains(failed.Stderr, "git: not found") || strings.Contains(failed.Stderr, "git: command not found") {
		return errNoGit
	}
	return errors.New(failed.Stderr)
}
