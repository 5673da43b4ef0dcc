package pipelines

import (
	"context"

	"github.com/slipwayhq/slipway/pipelines/config"
	"github.com/slipwayhq/slipway/pipelines/deploy"
)

// kind is what the verbs have to know of one kind of target. Each has a file:
// target_<kind>.go.
type kind interface {
	// files are the project's files that a deploy needs; a release records them.
	files() []string
	// check refuses files that no release should be made of.
	check(ctx context.Context, p *Project, files map[string][]byte) error
	// journal is where the environment's journal is when this target is the first
	// that has a place for one; nil when it has none.
	journal(ctx context.Context, s *stage) (deploy.Files, string, error)
	// target readies the target called name. It connects to nothing.
	target(ctx context.Context, s *stage, name string) (deploy.Target, error)
	// complete sets what is this kind's own of d, which has the release, its
	// images, files and variables.
	complete(ctx context.Context, s *stage, d *deploy.Desired) error
	// today sets what never comes from the journal: secrets and logins.
	today(ctx context.Context, s *stage, d *deploy.Desired) error
	// before are the steps before the deploy, such as migrations.
	before() []config.Step
	// keep is how many releases can be gone back to; 0 when it does not say.
	keep() int
}

// kindOf is the kind that a target of the config is of.
func kindOf(t config.Target) kind {
	switch {
	case t.Compose != nil:
		return composeKind{*t.Compose}
	case t.Terraform != nil:
		return terraformKind{*t.Terraform}
	case t.ECS != nil:
		return ecsKind{*t.ECS}
	case t.GitSync != nil:
		return gitsyncKind{*t.GitSync}
	case t.Run != nil:
		return runKind{*t.Run}
	}
	panic("a target without a kind passed the config's validation")
}

// journalOf is the environment's journal.
func (s *stage) journalOf(ctx context.Context) (*deploy.Journal, error) {
	files, dir, err := s.journalPlace(ctx)
	if err != nil {
		return nil, err
	}
	return deploy.NewJournal(files, dir, deploy.LeaseTimes{}), nil
}

// journalPlace is where the environment's journal is: where slipway.yaml wants
// it, else that of the first target which has a place for it.
func (s *stage) journalPlace(ctx context.Context) (deploy.Files, string, error) {
	if s.config.Journal != "" {
		return deploy.LocalHost{}, absolute(s.project.dir, s.config.Journal), nil
	}
	for _, target := range s.config.Deploy {
		files, dir, err := kindOf(target.Value).journal(ctx, s)
		if err != nil {
			return nil, "", err
		}
		if files != nil {
			return files, dir, nil
		}
	}
	return nil, "", usage("environment %q has no target that can remember what is live: say where with journal: under environments.%s", s.name, s.name)
}
