package gitsync

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"path"
	"path/filepath"
	"strings"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy"
)

// Apply makes the plan true. It is one script, and every step of it can be done
// again: a run that was killed is completed by the next one.
func (t *Target) Apply(ctx context.Context, d deploy.Desired, p deploy.Plan, s deploy.Session) error {
	var a actions
	if err := json.Unmarshal(p.Actions, &a); err != nil {
		return fmt.Errorf("reading the plan of target %q: %w", t.Name(), err)
	}
	if len(d.Sync) > 0 && a.Want == "" {
		return fmt.Errorf("changing %q: the host does not have %s; deploy again", t.Dir, layersText(d.Sync))
	}
	if err := s.Fence(ctx); err != nil {
		return err
	}
	if t.switches() == config.SwitchAuto && !a.InPlace && !a.Remove {
		why, err := t.mountedSince(ctx)
		if err != nil {
			return fmt.Errorf("changing %q: %w", t.Dir, err)
		}
		if why != "" {
			a.InPlace = true
			fmt.Fprintln(s.Log, why)
		}
	}
	text, err := t.applyScript(d, a)
	if err != nil {
		return err
	}
	if err := t.run(ctx, text, s.Log); err != nil {
		return fmt.Errorf("changing %q: %w", t.Dir, err)
	}
	return nil
}

// mountedSince says why files are changed in place after all, and is empty when
// they are not: since the plan was made, a target before this one may have started
// a container that mounts the directory.
func (t *Target) mountedSince(ctx context.Context) (string, error) {
	s := t.begin()
	s.Raw(lookForMounts)
	s.Raw(`say parent "$(cd -P "$parent" 2>/dev/null && pwd)"`)
	found, err := t.facts(ctx, s)
	if err != nil {
		return "", err
	}
	_, why := t.inPlace(observation{mounts: t.mountsOf(found["mount"], found.one("parent"))})
	return why, nil
}

func (t *Target) applyScript(d deploy.Desired, a actions) (*script, error) {
	s := t.begin()
	s.Raw("plain_git; wait_for_others")
	s.Raw(`mkdir -p "$state"; echo "$$ $(boot_id)" >"$state/busy"; trap 'rm -f "$state/busy"' EXIT`)
	s.Raw(compareFiles)
	for _, v := range []struct{ name, value string }{
		{"want", a.Want}, {"adopt", a.Adopt}, {"fresh", strings.ToLower(rand.Text()[:8])}, {"link", t.linkTo()},
	} {
		s.Set(v.name, v.value)
	}
	switch {
	case a.Remove && a.InPlace:
		s.Raw(emptyTree + inPlace + forget)
		return s, nil
	case a.Remove:
		s.Raw(removeLink + forget)
		return s, nil
	case a.InPlace:
		s.Raw(adopt + inPlace)
	default:
		s.Raw(adopt + checkOut + switchLink)
	}
	next := state{Tag: d.Release.Tag, Tree: a.Want, InPlace: a.InPlace}
	if len(d.Sync) > 0 {
		next.Commit = d.Sync[0].Commit
	}
	text, err := json.Marshal(next)
	if err != nil {
		return nil, err
	}
	s.Set("next", string(text))
	s.Raw(remember)
	return s, nil
}

// linkTo is where the link leads, up to the name of the tree: relative where
// that goes down only, so that it is right in a container as well.
func (t *Target) linkTo() string {
	trees := path.Join(t.State, "trees")
	relative, err := filepath.Rel(path.Dir(t.Dir), trees)
	if err != nil || strings.HasPrefix(relative, "..") {
		return trees
	}
	return relative
}

// adopt keeps what nobody released, to go back to.
const adopt = `
mkdir -p "$state/trees" "$state/index" "$parent"
[ -z "$adopt" ] || g update-ref "refs/slipway/adopted/$adopt" "$adopt"
`

// checkOut sets "tree" to the name of a directory with just the tree "want".
// One that is there is used again if nobody has touched it.
const checkOut = `
tree=
for there in "$state/trees/$want".*; do
	[ -d "$there" ] || continue
	compare_begin "$want" "$there" "$state/index/${there##*/}"
	clean=$(differences x | tr -d '\0')
	compare_end
	if [ "$clean" = x ]; then tree=${there##*/}; break; fi
done
if [ -z "$tree" ]; then
	tree=$want.$fresh
	rm -rf "$state/trees/".new.*
	mkdir "$state/trees/.new.$fresh"
	export GIT_INDEX_FILE="$state/index/$tree"
	rm -f "$GIT_INDEX_FILE"
	g read-tree "$want"
	cd "$state/trees/.new.$fresh"
	g --work-tree=. checkout-index -q -a -u
	cd /
	unset GIT_INDEX_FILE
	mv "$state/trees/.new.$fresh" "$state/trees/$tree"
fi
`

// switchLink makes the directory a link to "tree" by one rename. A directory
// that is in the way becomes one of the trees, untouched.
const switchLink = `
rm -f "$parent/.$base.slipway."*
ln -s "$link/$tree" "$parent/.$base.slipway.$fresh"
if [ -d "$dir" ] && [ ! -L "$dir" ]; then
	kept=${adopt:-directory}.$fresh.kept
	mv "$dir" "$state/trees/$kept" || fail "$dir can't be moved aside to make place for a link; if it is a mount point, say switch: in-place"
fi
mv -fT "$parent/.$base.slipway.$fresh" "$dir"
echo "linked to $link/$tree"
`

// remember writes down what is there now.
const remember = `
g update-ref refs/slipway/live "$want"
printf '%s\n' "$next" >"$state/.state.$fresh"
mv -f "$state/.state.$fresh" "$state/state.json"
`

// removeLink undoes a first deploy that had nothing to go back to.
const removeLink = `
[ ! -L "$dir" ] || rm -f "$dir"
`

const forget = `
rm -f "$state/state.json"
g update-ref -d refs/slipway/live
`

const emptyTree = `
want=$(g hash-object -t tree -w /dev/null)
`
