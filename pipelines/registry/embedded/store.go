package embedded

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
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
