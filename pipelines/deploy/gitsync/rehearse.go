package gitsync

import (
	"bytes"
	"context"
	"errors"
	"path"
	"strings"

	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/rehearsal"
)

// Places are the directories of the host that a deploy writes to: the one that the
// directory is in, where it is switched, and the target's own.
func (t *Target) Places() []string { return []string{path.Dir(t.Dir), t.State} }

// Programs are what the scripts of a deploy to a directory run on its host.
var Programs = append([]rehearsal.Program{
	{Use: "mv -fT", Try: `mkdir to && ln -s to l1 && ln -s to l2 && mv -fT l1 l2 && [ -L l2 ] && [ ! -e to/l1 ]`},
	{Use: "ln -s", Try: `ln -s nowhere l3 && [ -L l3 ]`},
	{Use: "readlink -f", Try: `ln -s . l4 && [ -n "$(readlink -f l4)" ] && [ "$(readlink l4)" = . ]`},
	{Use: "xargs -0", Try: `[ "$(printf 'a b\0c\0' | xargs -0 sh -c 'echo $#' sh)" = 2 ]`},
	{Use: "sed -n", Try: `[ "$(echo 'a missing' | sed -n 's/ missing$//p')" = a ]`},
	{Use: "wc -l", Try: `[ "$(echo x | wc -l | tr -d ' ')" = 1 ]`},
	{Use: "tr", Try: `[ "$(printf 'x\0' | tr -d '\0')" = x ]`},
	{Use: "ls -A", Try: `mkdir e && [ -z "$(ls -A e)" ]`},
	{Use: "mktemp -d", Try: `d=$(mktemp -d) && rmdir "$d"`},
	{Use: "grep -v -i", Try: `echo No | grep -v -i yes`},
	{Use: "tail -n", Try: `[ "$(printf 'a\nb\n' | tail -n 1)" = b ]`},
	{Use: "rmdir", Try: `mkdir r && rmdir r`},
	{Use: "kill", Try: `kill -0 $$`},
	{Use: "sleep", Try: `sleep 0.1 || sleep 1`},
}, rehearsal.CommonPrograms...)

// rehearseGit has git do what a deploy has it do: keep objects, take a pack, write
// a directory of it.
const rehearseGit = `
mkdir -p "$state" && cd "$state"
git init -q --bare "$repo"
blob=$(echo content | g hash-object -w --stdin)
tree=$(printf '100644 blob %s\tfile\n' "$blob" | g mktree)
printf '%s\n' "$tree" "$blob" | g pack-objects -q --stdout >pack
rm -rf "$repo"; git init -q --bare "$repo"
g index-pack --stdin <pack >/dev/null
g update-ref refs/slipway/live "$tree"
mkdir checked-out; cd checked-out
export GIT_INDEX_FILE="$state/an-index"
g read-tree "$tree"
g --work-tree=. checkout-index -q -a -u
[ "$(cat file)" = content ]
`

// Rehearse does on the host what a deploy does, and undoes it.
func (t *Target) Rehearse(ctx context.Context, s *rehearsal.Stages) []deploy.Finding {
	parent := path.Dir(t.Dir)
	findings, writable := s.Directories(ctx, parent, t.State)
	if !writable {
		return findings
	}
	return append(findings,
		s.Programs(ctx, parent, Programs),
		s.Space(ctx, parent),
		rehearsal.Step(ctx, "owner", t.rehearseWritable),
		rehearsal.Step(ctx, "git", func(ctx context.Context) (string, string, error) {
			return t.rehearseGit(ctx, path.Join(s.Dir(parent), "git"))
		}))
}

// rehearseGit does it in a directory of the rehearsal.
func (t *Target) rehearseGit(ctx context.Context, dir string) (string, string, error) {
	r := remote{t.Host, path.Join(dir, "to"), dir}
	s := r.begin()
	s.Raw(`git --version || fail 'git: not found'`)
	s.Raw("plain_git")
	s.Raw(rehearseGit)
	s.Raw(`cd /; rm -rf "$state"`)
	var out bytes.Buffer
	if err := r.run(ctx, s, &out); err != nil {
		if !strings.Contains(err.Error(), "not found") {
			return "", rehearsal.ProgramAdvice(err), err
		}
		return "", "install git there (Debian, Ubuntu, Amazon Linux: package git)", err
	}
	return strings.TrimPrefix(strings.TrimSpace(out.String()), "git version "), "", nil
}

// rehearseWritable looks for what is in the directory and not the user's to change.
func (t *Target) rehearseWritable(ctx context.Context) (string, string, error) {
	s := t.remote().begin()
	s.Raw(`(writable) 2>&1 || :`)
	var out bytes.Buffer
	if err := t.remote().run(ctx, s, &out); err != nil {
		return "", "", err
	}
	found, advice, of := strings.Cut(strings.TrimSpace(out.String()), ": ")
	if of {
		return "", advice, errors.New(found)
	}
	return "what is there is the user's", "", nil
}
