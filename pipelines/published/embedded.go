package published

import (
	"context"
	"errors"
	"io/fs"
	"os"
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
	// dry says that serving one writes nothing on this disk.
	dry bool

	mu      sync.Mutex
	servers map[string]*embedded.Server
	// empty are directories that stand for registries which are not there yet.
	empty []string
	// ends end what else is served.
	ends []func() error
}

func (s *embeddedServers) serve(ctx context.Context, r config.EmbeddedRegistry) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	address := config.Registry{Embedded: &r}.Host()
	if s.servers[address] != nil {
		return nil
	}
	o := embedded.Options{Address: address, Dir: s.path(r), KeepUploads: s.dry}
	if _, err := os.Stat(o.Dir); s.dry && errors.Is(err, fs.ErrNotExist) {
		if o.Dir, err = os.MkdirTemp("", "slipway-empty-registry-*"); err != nil {
			return err
		}
		s.empty = append(s.empty, o.Dir)
	}
	server, err := embedded.Serve(ctx, o)
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
	for _, dir := range s.empty {
		problems = append(problems, os.RemoveAll(dir))
	}
	for _, end := range s.ends {
		problems = append(problems, end())
	}
	s.servers, s.empty, s.ends = nil, nil, nil
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
