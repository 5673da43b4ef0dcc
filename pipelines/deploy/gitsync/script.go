package gitsync

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"git.example/slipway/pipelines/command"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/shell"
)

// script is a script for the host.
type script struct{ shell.Script }

// begin is a script with what all of ours need.
func (t *Target) begin() *script {
	s := &script{}
	s.Set("dir", t.Dir)
	s.Set("state", t.State)
	s.Raw(prelude)
	return s
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
	export HOME="$state" XDG_CONFIG_HOME="$state" GIT_CONFIG_NOSYSTEM=1 GIT_TERMINAL_PROMPT=0
	unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE GIT_OBJECT_DIRECTORY GIT_ALTERNATE_OBJECT_DIRECTORIES GIT_NAMESPACE GIT_COMMON_DIR GIT_PREFIX
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
boot_id() { cat /proc/sys/kernel/random/boot_id 2>/dev/null || echo unknown; }
`

// run runs the script on the host, up to what fails, and copies what it says to
// stdout. All scripts can be run twice, and are when the connection was lost.
func (t *Target) run(ctx context.Context, s *script, stdout io.Writer) error {
	whole := &script{}
	whole.Raw("set -e")
	whole.Append(&s.Script)
	whole.Raw("exit 0")
	var out bytes.Buffer
	err := deploy.Again(ctx, func() error {
		out.Reset()
		return said(t.Host.Run(ctx, whole.Command(), &out, nil))
	})
	if stdout != nil {
		stdout.Write(out.Bytes())
	}
	return err
}

// facts runs the script and reads what it says: a name and a value in turn,
// each ended by a NUL, because a path may hold anything else.
func (t *Target) facts(ctx context.Context, s *script) (facts, error) {
	var out bytes.Buffer
	if err := t.run(ctx, s, &out); err != nil {
		return nil, err
	}
	return parseFacts(strings.Split(out.String(), "\x00")), nil
}

// parseFacts reads names and values. The lists of differences are git's own
// words up to an empty one: a letter and a path, or "? path".
func parseFacts(words []string) facts {
	found := facts{}
	for i := 0; i+1 < len(words); i += 2 {
		name := words[i]
		if name != "differs" && name != "edited" {
			found[name] = append(found[name], words[i+1])
			continue
		}
		for i++; i < len(words) && words[i] != ""; i++ {
			line := words[i]
			if !strings.HasPrefix(line, "? ") && i+1 < len(words) {
				i++
				line += " " + words[i]
			}
			found[name] = append(found[name], line)
		}
		i-- // the empty word stands alone
	}
	return found
}

// facts are what a script said, by name.
type facts map[string][]string

// one is the first value of name, or "".
func (f facts) one(name string) string {
	if len(f[name]) == 0 {
		return ""
	}
	return f[name][0]
}

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

// want adds what sets the shell's variable "want" to the tree that the layers
// make, or to nothing when the host does not have all of them.
func (t *Target) want(s *script, layers []deploy.Layer) {
	s.Raw("want=; whole=yes")
	s.Raw("tree_of() { g rev-parse --verify --quiet \"$1^{tree}\" 2>/dev/null || :; }")
	for i, l := range layers {
		from := l.Tree
		if from == "" {
			from = refOf(l)
		}
		s.Raw(fmt.Sprintf("layer%d=$(tree_of %s); [ -n \"$layer%d\" ] || whole=", i, shell.Quote(from), i))
	}
	if len(layers) == 0 {
		return
	}
	s.Raw(`if [ -n "$whole" ]; then want=$layer0`)
	if len(layers) > 1 {
		s.Raw(`tmp=$state/index/.layers.$$; rm -f "$tmp"; mkdir -p "$state/index"; export GIT_INDEX_FILE="$tmp"; g read-tree "$want"`)
		for i, l := range layers[1:] {
			for _, p := range l.Paths {
				s.Raw(fmt.Sprintf("take \"$layer%d\" %s %s", i+1, shell.Quote(path.Clean(p)), shell.Quote(layerText(l))))
			}
		}
		s.Raw(`want=$(g write-tree); rm -f "$tmp"; unset GIT_INDEX_FILE`)
	}
	s.Raw("fi")
}

// take is the shell function that replaces one path of an index by that of a
// tree.
const take = `
take() {
	g ls-tree -r -z "$1" -- "$2" >"$state/index/.there.$$"
	cd "$state"
	g --work-tree=. --literal-pathspecs ls-files -z -- "$2" >"$state/index/.here.$$"
	if [ ! -s "$state/index/.there.$$" ] && [ ! -s "$state/index/.here.$$" ]; then
		rm -f "$state/index/".*.$$
		fail "there is no $2, neither in $3 nor in what is live"
	fi
	g --work-tree=. update-index -z --force-remove --stdin <"$state/index/.here.$$"
	g --work-tree=. update-index --replace -z --index-info <"$state/index/.there.$$"
	rm -f "$state/index/.there.$$" "$state/index/.here.$$"
}
`
