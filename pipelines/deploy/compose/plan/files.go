package plan

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/compose/hostfiles"
	"git.example/slipway/pipelines/deploy/compose/observe"
)

// files plans what becomes of the files that the release brings for services to
// mount.
type files struct {
	on    string
	seen  observe.Observation
	draft *draft
}

// shownHidden is how many files an error lists.
const shownHidden = 3

// plan notes which files change, and which services have to start anew because one
// of theirs is put back.
func (p files) plan(returning bool) error {
	if err := p.asTheyAre(); err != nil {
		return err
	}
	wanted := map[string]bool{}
	var refused []error
	for _, f := range p.seen.Files {
		wanted[f.Name] = true
		if len(f.Hidden) > 0 && !returning {
			refused = append(refused, p.hides(f))
		}
		p.version(f)
	}
	for _, name := range slices.Sorted(maps.Keys(p.seen.State.Files)) {
		if !wanted[name] {
			p.draft.change(deploy.Change{Kind: deploy.RemoveFile, Subject: name, Before: short(p.seen.State.Files[name])})
		}
	}
	return errors.Join(refused...)
}

// asTheyAre has steps and services mount the release's files.
func (p files) asTheyAre() (err error) {
	p.draft.actions.Files = p.seen.Model.Versions
	p.draft.actions.FilesOverride, err = p.seen.Model.FilesOverride()
	return err
}

// version plans one of them.
func (p files) version(f hostfiles.Seen) {
	c := deploy.Change{Kind: deploy.ChangeFile, Subject: f.Name, Before: short(p.seen.State.Files[f.Name]), After: short(f.Digest())}
	switch before, known := p.seen.State.Files[f.Name]; {
	case f.There && len(f.Changed) > 0:
		c.Note = "edited on the host; the release's is put back"
		p.draft.actions.Stale = append(p.draft.actions.Stale, f.Services...)
	case !known:
		c.Kind = deploy.AddFile
		if f.HandMade {
			c.Note = "in the place of the one on the host, which stays as it is"
		}
	case before == f.Digest() && f.There:
		return
	case before == f.Digest():
		c.Note = "removed on the host; the release's is put back"
		p.draft.actions.Stale = append(p.draft.actions.Stale, f.Services...)
	}
	p.draft.change(c)
}

// hides is the error for a directory of the release that would hide files which
// somebody put on the host.
func (p files) hides(f hostfiles.Seen) error {
	shown := f.Hidden[:min(len(f.Hidden), shownHidden)]
	more := ""
	if n := len(f.Hidden) - len(shown); n > 0 {
		more = fmt.Sprintf(" and %d more", n)
	}
	return fmt.Errorf("on %s %q has files that git does not have (%s%s), and the release's directory would take its place: "+
		"commit them, remove them, or list %s under host-files", p.on, f.Path, strings.Join(shown, ", "), more, f.Name)
}

// stale is why a service starts anew although nothing of it has changed; empty when
// it does not.
func (p files) stale(service string) string {
	if slices.Contains(p.draft.actions.Stale, service) || slices.Contains(p.seen.State.Stale, service) {
		return "a file of it was edited on the host"
	}
	return ""
}

func short(digest string) string { return digest[:min(len(digest), 12)] }
