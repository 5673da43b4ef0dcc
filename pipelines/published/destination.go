package published

import (
	"context"
	"strings"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/engine"
	"git.example/slipway/pipelines/registry"
	"git.example/slipway/pipelines/release"
	"git.example/slipway/pipelines/secrets"
)

// Destination is a registry of slipway.yaml, ready to be used.
type Destination struct {
	// Name is the registry's in slipway.yaml.
	Name string

	project  *config.Config
	config   config.Registry
	client   *registry.Client
	redactor *secrets.Redactor
}

// Host is the registry's host, with its port if it has one.
func (d Destination) Host() string { return d.config.Host() }

// Repository is the full name of an image's repository there.
func (d Destination) Repository(image string, c config.Image) string {
	return d.config.Repository(d.project.Project, image, c)
}

// Recorded is the full name of the repository there of an image of a release.
func (d Destination) Recorded(r release.Record, image string) string {
	return d.config.Repository(r.Project, image, config.Image{Repository: r.Images[image].Repository})
}

// Records is the repository of the release records.
func (d Destination) Records() string { return d.project.RecordRepository(d.config) }

// Prefix is what comes before a repository's name there: host and namespace.
func (d Destination) Prefix() string {
	return strings.TrimSuffix(d.config.Repository("", "", config.Image{Repository: "x"}), "/x")
}

// Insecure says that the registry speaks plain HTTP.
func (d Destination) Insecure() bool { return d.config.OCI != nil && d.config.OCI.Insecure }

// Auth is the login that an engine or a host needs there; nil when nothing is
// configured.
func (d Destination) Auth(ctx context.Context) (*engine.Auth, error) {
	login, err := d.client.Credentials(ctx, d.Host())
	if err != nil || login.Source == registry.SourceNone {
		return nil, err
	}
	d.redactor.Add(login.Password)
	return &engine.Auth{Username: login.Username, Password: login.Password}, nil
}
