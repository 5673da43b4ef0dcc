package dockerengine

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/distribution/reference"

	"git.example/slipway/pipelines/engine"
)

// hubKey is Docker Hub's name in a Docker configuration.
const hubKey = "https://index.docker.io/v1/"

// logins make Docker configurations with logins of the pipeline's own.
type logins struct {
	lookup     func(string) (string, bool)
	workspaces *workspaces
}

// login makes a Docker configuration of its own that has auth for the registry
// of image, and otherwise says what the user's says. It returns the environment
// that selects it and a function that removes it. A nil auth needs neither.
func (l logins) login(ctx context.Context, image string, auth *engine.Auth) (env []string, logout func(), err error) {
	if auth == nil {
		return nil, func() {}, nil
	}
	host, err := registryKey(image)
	if err != nil {
		return nil, nil, err
	}
	dir, err := l.workspaces.path(ctx, "login")
	if err != nil {
		return nil, nil, err
	}
	env, err = writeLogin(l.userConfig(), dir, host, *auth)
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("making a Docker configuration for %s: %w", host, err), os.RemoveAll(dir))
	}
	if _, ok := l.lookup("BUILDX_CONFIG"); ok {
		env = env[:1]
	}
	return env, func() { os.RemoveAll(dir) }, nil
}

// registryKey is how a Docker configuration calls the registry of image.
func registryKey(image string) (string, error) {
	named, err := reference.ParseNormalizedNamed(image)
	if err != nil {
		return "", fmt.Errorf("reading image name %q: %w", image, err)
	}
	if host := reference.Domain(named); host != "docker.io" {
		return host, nil
	}
	return hubKey, nil
}

// userConfig is the directory of the user's Docker configuration, which need
// not exist. Empty when the environment does not say.
func (l logins) userConfig() string {
	if dir, ok := l.lookup("DOCKER_CONFIG"); ok && dir != "" {
		return dir
	}
	if home, ok := l.lookup("HOME"); ok && home != "" {
		return filepath.Join(home, ".docker")
	}
	return ""
}

// writeLogin makes dir: config.json with auth for host, and links to all else
// that the user's directory has: contexts, plugins, certificates. Builders stay
// where they are, so that buildx finds and locks the same ones.
func writeLogin(user, dir, host string, auth engine.Auth) (env []string, err error) {
	config := map[string]any{}
	if err := os.Mkdir(dir, 0o700); err != nil {
		return nil, err
	}
	env = []string{"DOCKER_CONFIG=" + dir}
	if user != "" {
		if config, err = linkUser(user, dir); err != nil {
			return nil, err
		}
		env = append(env, "BUILDX_CONFIG="+filepath.Join(user, "buildx"))
	}
	member(config, "auths")[host] = map[string]string{
		"auth": base64.StdEncoding.EncodeToString([]byte(auth.Username + ":" + auth.Password.Reveal()))}
	// An empty helper for this host means this file, whatever store is configured.
	member(config, "credHelpers")[host] = ""
	content, err := json.Marshal(config)
	if err != nil {
		return nil, err
	}
	return env, os.WriteFile(filepath.Join(dir, "config.json"), content, 0o600)
}

// linkUser links the entries of the user's directory into dir and returns its
// config.json.
func linkUser(user, dir string) (map[string]any, error) {
	config := map[string]any{}
	entries, err := os.ReadDir(user)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	for _, entry := range entries {
		if entry.Name() == "config.json" {
			continue
		}
		if err := os.Symlink(filepath.Join(user, entry.Name()), filepath.Join(dir, entry.Name())); err != nil {
			return nil, err
		}
	}
	content, err := os.ReadFile(filepath.Join(user, "config.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return config, nil
	}
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(content, &config); err != nil {
		return nil, fmt.Errorf("reading %q: %w", filepath.Join(user, "config.json"), err)
	}
	return config, nil
}

// member is the object at key of config, made when it is not there.
func member(config map[string]any, key string) map[string]any {
	object, ok := config[key].(map[string]any)
	if !ok {
		object = map[string]any{}
		config[key] = object
	}
	return object
}
