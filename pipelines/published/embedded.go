package published

import (
	"context"
	"errors"
	"path/filepath"
	"sync"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/registry/embedded"
	"git.example/slipway/pipelines/release"
)

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

// EmbeddedDirs are the directories of embedded registries that slipway.yaml of the
// project in dir names.
func EmbeddedDirs(dir string, c *config.Config) []string {
	var dirs []string
	servers := embeddedServers{dir: dir}
	for _, r := range c.Registries {
		if r.Value.Embedded != nil && r.Value.Embedded.Path != "" {
			dirs = append(dirs, servers.path(*r.Value.Embedded))
		}
	}
	return dirs
}
