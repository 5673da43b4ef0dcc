package targets

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/journal"
	"git.example/slipway/pipelines/git"
	"git.example/slipway/pipelines/report"
)

// findJournal looks for the journal where the environment was before, when there is
// nothing where slipway.yaml has it: its path, its targets or their order may have
// changed since. It is used where it is, and the next deploy moves it along.
func (e *Environments) findJournal(ctx context.Context, s *site, kinds []kind) error {
	e.finding.Lock()
	at, known := e.found[s.name]
	e.finding.Unlock()
	if known {
		s.takeJournal(at)
		return nil
	}
	s.journal.ReadAhead(ctx)
	begun, err := s.journal.Begun(ctx)
	var moved *journal.Moved
	switch {
	case errors.As(err, &moved):
		if at := (location{s.files, moved.To}); s.liveIn(ctx, at) != nil {
			e.useFound(s, at)
			return nil
		}
		if at, ok := s.formerJournal(ctx, kinds); ok {
			e.useFound(s, at)
			return nil
		}
		return fmt.Errorf("looking for the journal of %q: %s says that it is in %s, and it is not there: put it back, or remove %s/journal.json to begin a new one",
			s.name, moved.From, moved.To, moved.From)
	case err != nil || begun:
		return err
	}
	if at, ok := s.formerJournal(ctx, kinds); ok {
		e.useFound(s, at)
	}
	return nil
}

// useFound takes a journal that is not where slipway.yaml has it, and says so once.
func (e *Environments) useFound(s *site, at location) {
	e.finding.Lock()
	e.found[s.name] = at
	e.finding.Unlock()
	s.workspace.Notice(report.Info, "the journal of %s is in %s, where it was deployed before; the next deploy moves it to %s", s.name, at.dir, s.dir)
	s.takeJournal(at)
}

// takeJournal uses the journal at another location, and remembers where it should be.
func (s *site) takeJournal(at location) {
	s.moveTo = &location{s.files, s.dir}
	s.useJournal(at.files, at.dir)
}

// formerJournal is the first location of those where the environment's journal may
// have been that has it. One that can't be looked at has none.
func (s *site) formerJournal(ctx context.Context, kinds []kind) (location, bool) {
	here := location{s.files, s.dir}
	seen := map[string]bool{here.machine() + ":" + here.dir: true}
	for _, at := range s.formerLocations(ctx, kinds) {
		key := at.machine() + ":" + at.dir
		if seen[key] {
			continue
		}
		seen[key] = true
		live := s.liveIn(ctx, at)
		if live == nil {
			continue
		}
		switch relation := s.relation(ctx, live.Commit); relation {
		case git.Same, git.Ancestor:
			return at, true
		case git.Unknown:
			s.workspace.Notice(report.Warning, "there is a journal of %s in %s, and this clone does not hold the history (fetch it whole, such as with fetch-depth: 0) that tells whether it is this branch's: it is left alone",
				s.name, at.dir)
		}
	}
	return location{}, false
}

// formerSlipwayYAMLs is how many versions of slipway.yaml are looked at.
const formerSlipwayYAMLs = 20

// formerLocations are where the journal may have been: with another target of
// today's slipway.yaml, or where one of its former versions in git had it. What runs
// on the host tells nothing: it may be of another checkout.
func (s *site) formerLocations(ctx context.Context, kinds []kind) []location {
	var all []location
	add := func(files deploy.Files, dir string, err error) {
		if err == nil && files != nil {
			all = append(all, location{files, dir})
		}
	}
	for _, k := range kinds {
		add(k.journal(ctx, s))
	}
	if w := s.workspace; w.Git != nil {
		texts, _ := w.Git.Versions(ctx, w.Config.Path, formerSlipwayYAMLs) // without history there is none
		for _, text := range texts {
			former, err := config.Parse(filepath.Base(w.Config.Path), text)
			if err != nil {
				continue
			}
			environment, ok := former.Environments.Get(s.name)
			if !ok {
				continue
			}
			then := *s
			then.config = environment
			if then.config.SSH == nil {
				then.config.SSH = s.config.SSH
			}
			add(then.journalPlace(ctx, kindsOf(environment)))
		}
	}
	return all
}

// liveIn is what is live by the journal there; nil when it is none of this project
// and environment.
func (s *site) liveIn(ctx context.Context, at location) *journal.Entry {
	kept := journal.New(at.files, at.dir, journal.LeaseTimes{})
	live, err := kept.Live(ctx)
	if err != nil || live == nil {
		return nil
	}
	desired, err := kept.Desired(ctx, live.ID)
	if err != nil {
		return nil
	}
	for _, d := range desired {
		if d.Project != s.workspace.Config.Project || d.Environment != s.name {
			return nil
		}
	}
	return live
}

// relation is how the commit that is live stands to HEAD. Another repository on the
// host may call its project the same, and another branch may deploy elsewhere.
func (s *site) relation(ctx context.Context, commit string) git.Relation {
	w := s.workspace
	if w.Git == nil || commit == "" || w.Commit() != nil {
		return git.Unknown
	}
	relation, err := w.Git.Compare(ctx, commit, w.Info.Commit)
	if err != nil || relation == git.Unknown && !w.Info.Shallow {
		return git.Diverged // of another repository
	}
	return relation
}
