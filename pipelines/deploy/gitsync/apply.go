package gitsync

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"strings"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/shell"
)

// applier applies one plan.
type applier struct {
	options Options
	remote  remote
}

// apply applies a as Target.Apply says.
func (w applier) apply(ctx context.Context, d deploy.Desired, a actions, s deploy.Session) error {
	if len(d.Sync) > 0 && a.Want == "" {
		return fmt.Errorf("changing %q: %s", w.remote.dir, lost(d.Sync))
	}
	if err := s.Fence(ctx); err != nil {
		return err
	}
	if w.options.switches() == config.SwitchAuto && !a.InPlace && !a.Remove {
		why, err := w.mountedSince(ctx)
		if err != nil {
			return fmt.Errorf("changing %q: %w", w.remote.dir, err)
		}
		if why != "" {
			a.InPlace = true
			fmt.Fprintln(s.Log, why)
		}
	}
	text, err := w.script(d, a)
	if err != nil {
		return err
	}
	if err := w.remote.run(ctx, text, s.Log); err != nil {
		return fmt.Errorf("changing %q: %w", w.remote.dir, err)
	}
	return nil
}

// mountedSince says why files are changed in place after all, and is empty when
// they are not: since the plan was made, a target before this one may have started
// a container that mounts the directory.
func (w applier) mountedSince(ctx context.Context) (string, error) {
	s := w.remote.begin()
	w.options.askDocker(s)
	s.Raw(`say parent "$(cd -P "$parent" 2>/dev/null && pwd)"`)
	found, err := w.remote.facts(ctx, s)
	if err != nil {
		return "", err
	}
	_, why := changesInPlace(w.options, observation{containers: w.remote.containersIn(found)})
	return why, nil
}

// lost is what to say when a host does not have what it has to.
func lost(layers []deploy.Layer) string {
	return fmt.Sprintf("the host does not have %s; deploy again", layersText(layers))
}

// script does what a says.
func (w applier) script(d deploy.Desired, a actions) (*script, error) {
	s := w.remote.begin()
	s.Raw("plain_git; wait_for_others")
	s.Raw(leftovers + "tidy")
	s.Raw(`mkdir -p "$state"; echo "$$ $(boot_id)" >"$state/busy"; trap 'rm -f "$state/busy"' EXIT`)
	s.Raw(compareFiles)
	for _, v := range []struct{ name, value string }{
		{"want", a.Want}, {"adopt", a.Adopt}, {"fresh", strings.ToLower(rand.Text()[:8])}, {"link", w.remote.linkTo()},
	} {
		s.Set(v.name, v.value)
	}
	if len(d.Sync) > 0 {
		s.Raw(`g cat-file -e "$want^{tree}" 2>/dev/null || fail ` + shell.Quote(lost(d.Sync)))
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
