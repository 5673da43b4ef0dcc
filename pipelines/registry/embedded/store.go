package embedded

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"

	"github.com/distribution/distribution/v3/configuration"
	"github.com/distribution/distribution/v3/registry/handlers"
	_ "github.com/distribution/distribution/v3/registry/storage/driver/filesystem" // registers the driver
)

// store is a registry's directory.
type store struct {
	dir string
	// secret signs the state of uploads, which goes through the client.
	secret string
}

const secretFile = "http-secret"

// openStore makes dir and its secret when they are not there.
func openStore(dir string) (*store, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	s := &store{dir: dir}
	path := filepath.Join(dir, secretFile)
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err = writeSecret(path); err == nil {
			raw, err = os.ReadFile(path)
		}
	}
	if err != nil {
		return nil, err
	}
	if len(raw) < sha256.Size {
		return nil, fmt.Errorf("%s is damaged; remove it", path)
	}
	s.secret = string(raw)
	return s, nil
}

// writeSecret makes a secret, whole or not at all; another process's stays.
func writeSecret(path string) error {
	file, err := os.CreateTemp(filepath.Dir(path), ".secret-*") // mode 0600
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(file.Name()) }()
	_, err = file.WriteString(rand.Text() + rand.Text())
	if err := errors.Join(err, file.Sync(), file.Close()); err != nil {
		return err
	}
	if err := os.Link(file.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}

// id names the directory without giving its secret away.
func (s *store) id() string {
	sum := sha256.Sum256([]byte("slipway registry " + s.secret))
	return hex.EncodeToString(sum[:16])
}

// handler is distribution over the directory. It keeps nothing in memory that
// another process could change. ctx carries its log and ends its background work.
func (s *store) handler(ctx context.Context) (handler http.Handler, err error) {
	config := &configuration.Configuration{Storage: configuration.Storage{
		"filesystem":  configuration.Parameters{"rootdirectory": s.dir},
		"delete":      configuration.Parameters{"enabled": true},
		"maintenance": configuration.Parameters{"uploadpurging": map[any]any{"enabled": false}},
	}}
	config.HTTP.Secret = s.secret
	config.HTTP.RelativeURLs = true
	// NewApp panics on what it does not like.
	defer func() {
		if problem := recover(); problem != nil {
			err = fmt.Errorf("%v", problem)
		}
	}()
	return handlers.NewApp(ctx, config), nil
}
