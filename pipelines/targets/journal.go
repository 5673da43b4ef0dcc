package targets

import (
	"context"
	"path"

	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/journal"
	"git.example/slipway/pipelines/workspace"
)

// openJournal opens the environment's journal where slipway.yaml has it.
func (s *site) openJournal(ctx context.Context, kinds []kind) error {
	files, dir, err := s.journalPlace(ctx, kinds)
	if err == nil {
		s.useJournal(files, dir)
	}
	return err
}

func (s *site) useJournal(files deploy.Files, dir string) {
	s.files, s.dir, s.journal = files, dir, journal.New(files, dir, journal.LeaseTimes{})
}

// journalPlace is where slipway.yaml wants the environment's journal, else where the
// first target that can has it, else in the environment's AWS account.
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
