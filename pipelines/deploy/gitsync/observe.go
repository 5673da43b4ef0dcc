package gitsync

import (
	"context"
	"fmt"
	"path"
	"strconv"
	"strings"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy"
)

// observation is what the directory looks like.
type observation struct {
	// kind is "missing", "link", "directory" or "other".
	kind string
	// target of a link.
	target string
	// ours says that a release of ours, or what it adopted, is there.
	ours bool
	// linked says that the link leads to one of our trees.
	linked bool
	state  state
	// want is the tree that the release makes; empty when the host does not have it.
	want string
	// before is the tree that was adopted; empty for none.
	before string
	// adopt is the tree of what is there now and is nobody's release.
	adopt string
	// differs are the paths in which what is there is not what is wanted, edited
	// those in which it is not what was put there last.
	differs, edited []difference
	// changed is how many files differ between the two.
	changed int
	// mounts are the folders that running containers mount, by what they see of
	// this directory.
	mounts []mount
	// unseen is why containers could not be looked at.
	unseen string
	// own says that the directory is a file system of its own, which can't be renamed.
	own bool
}

// difference is one path that is not as it should be.
type difference struct {
	// kind is git's letter: M and T for other content, D for missing, ? for extra.
	kind, path string
}

// Observe reads what is in the directory. All of it is one script, so that it
// is one round trip.
func (t *Target) Observe(ctx context.Context, d deploy.Desired) (deploy.Observed, error) {
	o, err := t.observe(ctx, d)
	if err != nil {
		return deploy.Observed{}, err
	}
	observed := deploy.Observed{State: o}
	if o.state.Tree != "" && o.ours {
		observed.Running = []deploy.Running{t.running(o)}
	}
	if o.adopt != "" && len(d.Sync) > 0 {
		observed.Previous = &deploy.Desired{
			Project: d.Project, Environment: d.Environment, Sync: []deploy.Layer{{Tree: o.adopt}},
		}
	}
	return observed, nil
}

func (t *Target) running(o observation) deploy.Running {
	how := "switched by link"
	if o.state.InPlace {
		how = "changed in place"
	}
	return deploy.Running{Subject: t.Dir, ID: o.state.Commit, Image: "tree:" + o.state.Tree, State: how}
}

func (t *Target) observe(ctx context.Context, d deploy.Desired) (observation, error) {
	s := t.begin()
	if t.switches() == config.SwitchAuto {
		s.Raw(lookForMounts)
	}
	s.Raw("plain_git; wait_for_others")
	s.Raw(lookAtPlace)
	s.Raw(`if [ -f "$repo/slipway" ]; then`)
	s.Raw(take)
	t.want(s, d.Sync)
	s.Raw(lookAtFiles)
	s.Raw("fi")
	found, err := t.facts(ctx, s)
	if err != nil {
		return observation{}, err
	}
	o := observation{
		kind: found.one("kind"), target: found.one("target"), want: found.one("want"),
		before: found.one("before"), adopt: found.one("adopt"), unseen: found.one("unseen"),
		ours: found.one("ours") != "", linked: found.one("linked") != "", own: found.one("own") != "",
		state:   readState(found.one("state")),
		differs: differences(found, "differs"), edited: differences(found, "edited"),
	}
	o.changed, _ = strconv.Atoi(found.one("changed"))
	o.mounts = t.mountsOf(found["mount"], found.one("parent"))
	if o.kind == "other" {
		return o, fmt.Errorf("%q on the host is no directory: move it away, or choose another path", t.Dir)
	}
	return o, nil
}

// differences pairs the letters and the paths that a script said.
func differences(found facts, name string) []difference {
	var all []difference
	for _, line := range found[name] {
		kind, where, _ := strings.Cut(line, " ")
		all = append(all, difference{kind, where})
	}
	return all
}

func (t *Target) switches() config.Switch {
	if t.Switch == "" {
		return config.SwitchAuto
	}
	return t.Switch
}

// lookAtPlace says what is at the directory's path, and sets "place" to where
// its files are and "index" to git's index of them.
const lookAtPlace = `
command -v git >/dev/null || fail 'git: not found'
say parent "$(cd -P "$parent" 2>/dev/null && pwd)"
place=; index=; ours=; linked=
saved=$(cat "$state/state.json" 2>/dev/null) || saved=
say state "$saved"
if [ -L "$dir" ]; then
	kind=link; place=$(readlink -f "$dir" 2>/dev/null) || place=
	say target "$(readlink "$dir")"
	real=$(cd -P "$state" 2>/dev/null && pwd) || real=
	case $place in
	"$real"/trees/*/*) ;;
	"$real"/trees/*) [ -z "$real" ] || { linked=yes; ours=yes; index=$state/index/${place##*/}; } ;;
	esac
	[ -z "$place" ] || [ -d "$place" ] || { place=; kind=missing; }
	case $linked$saved in *'"inPlace":true'*) ours=yes; [ -n "$linked" ] || index=$state/index/place ;; esac
elif [ -d "$dir" ]; then
	kind=directory; place=$dir; index=$state/index/place
	case $saved in *'"inPlace":true'*) ours=yes ;; esac
	device() { stat -c %d "$1" 2>/dev/null || echo unknown; }
	[ "$(device "$dir")" = "$(device "$parent")" ] || say own yes
elif [ -e "$dir" ]; then kind=other
else kind=missing
fi
say kind "$kind" ours "$ours" linked "$linked"
`

// compareFiles are the shell functions that compare files with a tree: git's
// index remembers what it saw of them, so only what was touched is read.
const compareFiles = `
# compare TREE PLACE INDEX: a copy of the index, in which only TREE is.
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

// lookAtFiles compares the files with what is wanted and with what was put there.
const lookAtFiles = compareFiles + `
say want "$want"
say before "$(g for-each-ref --format='%(objectname)' --count=1 refs/slipway/adopted)"
last=$(g rev-parse --verify --quiet refs/slipway/live 2>/dev/null) || last=
if [ -n "$place" ] && [ -z "$ours" ]; then
	# It is kept as a tree of git, to go back to. An empty directory is nothing.
	if [ -n "$(ls -A "$place")" ]; then
		export GIT_INDEX_FILE="$state/index/.adopt.$$"
		rm -f "$GIT_INDEX_FILE"
		cd "$place"
		g -c advice.addEmbeddedRepo=false --work-tree=. add -A -f . 2>"$state/index/.error.$$" || fail "reading what is in $dir now, to be able to go back to it: $(tail -n 3 "$state/index/.error.$$")"
		say adopt "$(g write-tree)"
		rm -f "$GIT_INDEX_FILE" "$state/index/.error.$$"; unset GIT_INDEX_FILE; cd /
	fi
fi
if [ -n "$place" ] && [ -n "$want" ]; then
	compare_begin "$want" "$place" "$index"; differences differs; compare_end
fi
if [ -n "$place" ] && [ -n "$last" ] && [ -n "$ours" ] && [ "$last" != "$want" ]; then
	compare_begin "$last" "$place" "$index"; differences edited; compare_end
fi
if [ -n "$want" ] && [ -n "$last" ] && [ "$last" != "$want" ]; then
	say changed "$(g diff-tree -r --name-only --no-renames "$last" "$want" | wc -l | tr -d ' ')"
fi
`

// mount is a folder that a running container mounts.
type mount struct {
	container, source string
	// sees says that it mounts the directory itself, or something in it; else it
	// mounts a folder that has the directory in it.
	sees bool
	// whole says that the target's state is in that folder, too: then a link
	// leads to the same place in the container.
	whole bool
}

// lookForMounts says what running containers mount, where there is a Docker
// that we may ask.
const lookForMounts = `
if command -v docker >/dev/null 2>&1; then
	if ids=$(docker ps -q --no-trunc 2>&1); then
		[ -z "$ids" ] || docker inspect --format '{{range .Mounts}}{{printf "%s\t%s\n" $.Name .Source}}{{end}}' $ids 2>/dev/null | while IFS= read -r line; do
			[ -z "$line" ] || say mount "$line"
		done
	else
		say unseen "$ids"
	fi
fi
`

// mountsOf are the mounts that show the directory. parent is the real path of
// the directory that it is in, by which it may be mounted as well.
func (t *Target) mountsOf(lines []string, parent string) []mount {
	dirs := []string{t.Dir}
	if parent != "" {
		dirs = append(dirs, path.Join(parent, path.Base(t.Dir)))
	}
	var all []mount
	for _, line := range lines {
		name, source, ok := strings.Cut(line, "\t")
		if !ok || source == "" {
			continue
		}
		m := mount{container: strings.TrimPrefix(name, "/"), source: source}
		m.whole = within(t.State, source)
		for _, dir := range dirs {
			m.sees = m.sees || within(source, dir)
		}
		if m.sees || within(dirs[0], source) || within(dirs[len(dirs)-1], source) || within(source, path.Join(t.State, "trees")) {
			m.sees = m.sees || within(source, path.Join(t.State, "trees"))
			all = append(all, m)
		}
	}
	return all
}

// within says that file is dir or below it.
func within(file, dir string) bool {
	return file == dir || strings.HasPrefix(file, strings.TrimSuffix(dir, "/")+"/")
}
