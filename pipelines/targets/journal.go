package targets

import (
	"context"
	"errors"
	"fmt"
	"path"

	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/compose"
	"git.example/slipway/pipelines/deploy/journal"
	"git.example/slipway/pipelines/report"
	"git.example/slipway/pipelines/workspace"
)

// openJournal finds the environment's journal: where slipway.yaml wants it, else
// where the first target that can has it, else in the environment's AWS account.
func (s *site) openJournal(ctx context.Context, kinds []kind) error {
	var err error
	if s.files, s.dir, err = s.journalPlace(ctx, kinds); err != nil {
		return err
	}
	s.journal = journal.New(s.files, s.dir, journal.LeaseTimes{})
	return nil
}

func (s *site) journalPlace(ctx context.Context, kinds []kind) (deploy.Files, string, error) {
	if s.config.Journal != "" {
		return deploy.LocalHost{}, s.workspace.Path(s.config.Journal), nil
	}
	for _, k := range kinds {
		files, dir, err := k.journal(ctx, s)
		if err != nil || files != nil {
			return files, dir, err
		}
	}
	if s.onAWS() {
		return s.parameters(), "/", nil
	}
	return nil, "", workspace.Usage("environment %q has no target that can remember what is live: say where under environments.%s, with aws: for Parameter Store, or with journal: for a directory", s.name, s.name)
}

// findJournal looks for the journal where the environment was before, when there is
// nothing where slipway.yaml has it: the path may have changed since. It is used
// where it is, and the next deploy moves it along.
func (s *site) findJournal(ctx context.Context, kinds []kind) error {
	live, err := s.journal.Live(ctx)
	var moved *journal.Moved
	if errors.As(err, &moved) {
		if !s.isOurs(ctx, moved.To) {
			return fmt.Errorf("looking for the journal of %q: %s says that it is in %s, and it is not there: put it back, or remove %s/journal.json to begin a new one",
				s.name, moved.From, moved.To, moved.From)
		}
		s.useJournal(moved.To)
		return nil
	}
	if err != nil || live != nil {
		return err
	}
	for _, k := range kinds {
		files, _, err := k.journal(ctx, s)
		if err != nil {
			return err
		}
		if files == nil {
			continue
		}
		dirs, err := k.formerDirs(ctx, s)
		if err != nil {
			return fmt.Errorf("looking for the journal of %q: %w", s.name, err)
		}
		for _, dir := range dirs {
			at := compose.JournalDir(dir, s.name)
			if s.isOurs(ctx, at) {
				s.useJournal(at)
				return nil
			}
		}
		break // the journal is with the first target that can have it
	}
	return nil
}

// isOurs says that the journal in dir is one of this project and environment, and
// of this repository, which has the commit that is live: another repository on the
// host may call its project the same.
func (s *site) isOurs(ctx context.Context, dir string) bool {
	kept := journal.New(s.files, dir, journal.LeaseTimes{})
	live, err := kept.Live(ctx)
	if err != nil || live == nil || !s.workspace.Has(ctx, live.Commit) {
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

// useJournal takes the journal that is in dir, and remembers where it should be.
func (s *site) useJournal(dir string) {
	s.workspace.Notice(report.Info, "the journal of %s is in %s, where it was deployed before; the next deploy moves it to %s", s.name, dir, s.dir)
	s.moveTo, s.dir = s.dir, dir
	s.journal = journal.New(s.files, dir, journal.LeaseTimes{})
}

// onAWS says that the environment has an account: slipway.yaml says how to sign
// in, or its registry is on ECR.
func (s *site) onAWS() bool {
	r, _ := s.workspace.Config.Registries.Get(s.config.Registry)
	return s.config.AWS != nil || r.ECR != nil
}

// parameters are where an environment without a directory keeps its journal.
func (s *site) parameters() deploy.Files {
	return s.workspace.AWS.Files(s.awsOptions(), path.Join("/slipway", s.workspace.Config.Project, s.name))
}
