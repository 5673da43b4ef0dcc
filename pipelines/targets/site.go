package targets

import (
	"context"

	"git.example/slipway/pipelines/aws"
	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/journal"
	"git.example/slipway/pipelines/published"
	"git.example/slipway/pipelines/ssh"
	"git.example/slipway/pipelines/workspace"
)

// site is an environment as its targets see it: its configuration, the registry
// that it pulls from, how its hosts and its AWS account are reached, its journal.
type site struct {
	workspace *workspace.Workspace
	// dry says that nothing may be written, not even into the checkout.
	dry bool
	// offline says that nothing may be asked.
	offline  bool
	name     string
	config   config.Environment
	registry published.Destination
	pool     *ssh.Pool
	// hosts behind SSH that targets have asked for, by name.
	hosts    map[string]*ssh.Host
	approach approach

	journal *journal.Journal
	// files and dir are where the journal is.
	files deploy.Files
	dir   string
	// moveTo is where the journal should be; nil when it is there.
	moveTo *location
}

// awsOptions is how to sign in to AWS for the environment.
func (s *site) awsOptions() aws.Options {
	a := s.config.AWS
	if a == nil {
		return aws.Options{Environment: s.name}
	}
	return aws.Options{Region: a.Region, Profile: a.Profile, Role: a.Role, ExternalID: a.ExternalID, Endpoint: a.Endpoint, Environment: s.name}
}

// secrets reads secrets of AWS as the environment signs in: those of pinned in
// these versions, nil for the current ones.
func (s *site) secrets(pinned map[string]string) *workspace.AWSSecrets {
	return s.workspace.AWSSecrets(s.awsOptions(), pinned)
}

// login is what a host pulls with; nil when nothing is configured.
func (s *site) login(ctx context.Context) (*deploy.Login, error) {
	auth, err := s.registry.Auth(ctx)
	if err != nil || auth == nil {
		return nil, err
	}
	return &deploy.Login{Registry: s.registry.Host(), Username: auth.Username, Password: auth.Password}, nil
}
