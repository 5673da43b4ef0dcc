package pipelines

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/engine"
	"git.example/slipway/pipelines/registry"
	"git.example/slipway/pipelines/registry/embedded"
	"git.example/slipway/pipelines/release"
	"git.example/slipway/pipelines/secrets"
)

// destination is a registry of the config, ready to be used.
type destination struct {
	name    string
	project *Project
	config  config.Registry
}

// destination readies the registry named name; an embedded one is served from
// then on, until the project is closed.
func (p *Project) destination(ctx context.Context, name string) (destination, error) {
	r, ok := p.Config.Registries.Get(name)
	if !ok {
		return destination{}, usage("unknown registry %q: %s", name, choices("registries", p.Config.Registries.Names(), p.Config.Path))
	}
	if r.Embedded != nil && p.embedded.refused {
		return destination{}, usage("registry %q is embedded: it lives on the machine that runs the slipway command line; use that, or another registry", name)
	}
	if r.Embedded != nil {
		if err := p.embedded.serve(ctx, *r.Embedded); err != nil {
			return destination{}, err
		}
	}
	return destination{name: name, project: p, config: r}, nil
}

func (d destination) repository(image string, c config.Image) string {
	return d.config.Repository(d.project.Config.Project, image, c)
}

// records is the repository of the release records.
func (d destination) records(images config.Map[config.Image]) string {
	return d.project.Config.RecordRepository(d.config, images)
}

// recorded is the repository there of an image of a release.
func (d destination) recorded(r release.Record, image string) string {
	return d.config.Repository(r.Project, image, config.Image{Repository: r.Images[image].Repository})
}

func (d destination) insecure() bool { return d.config.OCI != nil && d.config.OCI.Insecure }

// auth is the login that an engine or a host needs to reach a repository there.
func (d destination) auth(ctx context.Context) (*engine.Auth, error) {
	login, err := d.project.registry.Credentials(ctx, d.config.Host())
	if err != nil || login.Source == registry.SourceNone {
		return nil, err
	}
	d.project.redactor.Add(login.Password)
	return &engine.Auth{Username: login.Username, Password: login.Password}, nil
}

// logins are the registry logins that slipway.yaml itself names.
func (p *Project) logins(ctx context.Context) (map[string]registry.Login, error) {
	logins := map[string]registry.Login{}
	for _, r := range p.Config.Registries {
		if r.Value.OCI == nil || r.Value.OCI.Username == "" {
			continue
		}
		username, references := r.Value.OCI.Username, map[string]string{"password": r.Value.OCI.Password}
		if secrets.IsRef(username) {
			references["username"] = username
		}
		values, err := p.resolve(ctx, references)
		if err != nil {
			return nil, fmt.Errorf("registry %q: %w", r.Name, err)
		}
		if value, ok := values["username"]; ok {
			username = value.Reveal()
		}
		logins[r.Value.Host()] = registry.Login{Username: username, Password: values["password"]}
	}
	return logins, nil
}

func insecureHosts(c *config.Config) []string {
	var hosts []string
	for _, r := range c.Registries {
		if r.Value.OCI != nil && r.Value.OCI.Insecure {
			hosts = append(hosts, r.Value.Host())
		}
	}
	return hosts
}

// embeddedServers are the embedded registries that this process serves.
type embeddedServers struct {
	lookup  release.Lookup
	dir     string
	refused bool

	mu      sync.Mutex
	servers map[string]*embedded.Server
}

func (s *embeddedServers) serve(ctx context.Context, r config.EmbeddedRegistry) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	address := config.Registry{Embedded: &r}.Host()
	if s.servers[address] != nil {
		return nil
	}
	server, err := embedded.Serve(ctx, embedded.Options{Address: address, Dir: s.path(r)})
	if err != nil {
		return err
	}
	if s.servers == nil {
		s.servers = map[string]*embedded.Server{}
	}
	s.servers[address] = server
	return nil
}

// path is the registry's directory: as configured, else in the user's data
// directory (https://specifications.freedesktop.org/basedir-spec/).
func (s *embeddedServers) path(r config.EmbeddedRegistry) string {
	switch {
	case filepath.IsAbs(r.Path):
		return r.Path
	case r.Path != "":
		return filepath.Join(s.dir, r.Path)
	}
	if data, ok := s.lookup("XDG_DATA_HOME"); ok && filepath.IsAbs(data) {
		return filepath.Join(data, "slipway", "registry")
	}
	home, _ := s.lookup("HOME")
	return filepath.Join(home, ".local", "share", "slipway", "registry")
}

func (s *embeddedServers) close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var problems []error
	for _, server := range s.servers {
		problems = append(problems, server.Close())
	}
	s.servers = nil
	return errors.Join(problems...)
}
