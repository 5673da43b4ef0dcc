package published

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/registry/embedded"
	"git.example/slipway/pipelines/release"
	"git.example/slipway/pipelines/scratch"
)

// throwawayLimit is how many bytes a throwaway registry may have when a run takes it
// over: a larger one begins anew.
const throwawayLimit = 10 << 30

// Throwaway is a registry for what a dry run builds, served on this machine until the
// registries are closed. It is kept in the user's cache, so that the next dry run of
// the project finds what this one built; nothing that publishes or deploys reads it.
// A second dry run at the same time has an empty one of its own.
func (r *Registries) Throwaway(ctx context.Context) (Destination, error) {
	address, err := r.embedded.throwaway(ctx, r.workspace.Config.Project)
	if err != nil {
		return Destination{}, fmt.Errorf("serving a registry for the dry run: %w", err)
	}
	return Destination{
		Name: "dry-run", project: r.workspace.Config, client: r.workspace.Registry, redactor: r.workspace.Redactor,
		config: config.Registry{Embedded: &config.EmbeddedRegistry{Address: address}},
	}, nil
}

// throwaway serves one and gives its address.
func (s *embeddedServers) throwaway(ctx context.Context, project string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	dir, end, err := throwawayDir(filepath.Join(cacheDir(s.lookup), "slipway", "dry-run", project))
	if err != nil {
		return "", err
	}
	server, err := embedded.Serve(ctx, embedded.Options{Address: "127.0.0.1:0", Dir: dir})
	if err != nil {
		return "", errors.Join(err, end())
	}
	s.ends = append(s.ends, func() error { return errors.Join(server.Close(), end()) })
	return server.Address(), nil
}

// throwawayDir takes the directory at path, or a new one where another run has that.
func throwawayDir(path string) (dir string, end func() error, err error) {
	kept, err := scratch.Keep(path)
	if errors.Is(err, scratch.ErrTaken) {
		own, err := scratch.New("dry-run")
		if err != nil {
			return "", nil, err
		}
		return own.Path, own.Remove, nil
	}
	if err != nil {
		return "", nil, err
	}
	dir = filepath.Join(path, "registry")
	if size(dir) > throwawayLimit {
		err = os.RemoveAll(dir)
	}
	return dir, kept.Release, err
}

// size is how many bytes the files below dir have; what can't be read has none.
func size(dir string) int64 {
	var total int64
	_ = filepath.WalkDir(dir, func(_ string, entry fs.DirEntry, err error) error {
		if err != nil {
			return nil
		}
		if info, err := entry.Info(); err == nil && info.Mode().IsRegular() {
			total += info.Size()
		}
		return nil
	})
	return total
}

// cacheDir is the user's cache directory
// (https://specifications.freedesktop.org/basedir-spec/).
func cacheDir(lookup release.Lookup) string {
	if cache, ok := lookup("XDG_CACHE_HOME"); ok && filepath.IsAbs(cache) {
		return cache
	}
	home, _ := lookup("HOME")
	return filepath.Join(home, ".cache")
}
