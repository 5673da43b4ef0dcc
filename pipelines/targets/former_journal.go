package targets

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"

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
	if at, known := e.found[s.name]; known {
		s.takeJournal(at)
		return nil
	}
	begun, err := s.journal.Begun(ctx)
	var moved *journal.Moved
	switch {
	case errors.As(err, &moved):
		if at := (location{s.files, moved.To}); s.isOurs(ctx, at) {
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
	e.found[s.name] = at
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
		if s.isOurs(ctx, at, git.Same, git.Ancestor) {
			return at, true
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

// isOurs says that the journal there is one of this project and environment, and
// of this repository, in which the live commit stands so to HEAD. Another repository
// on the host may call its project the same, and another branch may deploy elsewhere.
func (s *site) isOurs(ctx context.Context, at location, relations ...git.Relation) bool {
	kept := journal.New(at.files, at.dir, journal.LeaseTimes{})
	live, err := kept.Live(ctx)
	if err != nil || live == nil || !s.stands(ctx, live.Commit, relations) {
		return false
	}
	desired, err := kept.Desired(ctx, live.ID)
	if err != nil {
		return false
	}
	for _, d := range desired {
		if d.Project != s.workspace.Config.Project || d.Environment != s.name {
			return false
		}
	}
	return len(desired) > 0
}

// stands says whether a commit is one of these to HEAD; of no relations, whether
// this clone has it.
func (s *site) stands(ctx context.Context, commit string, relations []git.Relation) bool {
	if len(relations) == 0 || !s.workspace.Has(ctx, commit) {
		return s.workspace.Has(ctx, commit)
	}
	relation, err := s.workspace.Git.Compare(ctx, commit, s.workspace.Info.Commit)
	return err == nil && slices.Contains(relations, relation)
}
