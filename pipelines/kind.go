package pipelines

import (
	"context"
	"path"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/journal"
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
func (s *stage) journalOf(ctx context.Context) (*journal.Journal, error) {
	files, dir, err := s.journalPlace(ctx)
	if err != nil {
		return nil, err
	}
	return journal.New(files, dir, journal.LeaseTimes{}), nil
}

// journalPlace is where the environment's journal is: where slipway.yaml wants
// it, else that of the first target which has a place for it, else in the
// environment's AWS account.
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
	if s.onAWS() {
		return s.parameters(), "/", nil
	}
	return nil, "", usage("environment %q has no target that can remember what is live: say where under environments.%s, with aws: for Parameter Store, or with journal: for a directory", s.name, s.name)
}

// onAWS says that the environment has an account: slipway.yaml says how to sign
// in, or its registry is on ECR.
func (s *stage) onAWS() bool {
	r, _ := s.project.Config.Registries.Get(s.config.Registry)
	return s.config.AWS != nil || r.ECR != nil
}

// parameters are where an environment without a directory keeps its journal.
func (s *stage) parameters() deploy.Files {
	return s.project.aws.Files(s.awsOptions(), path.Join("/slipway", s.project.Config.Project, s.name))
}
