package registry

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// dockerCerts is where the Docker daemon looks for a registry's certificates,
// in a directory called HOST or HOST:PORT.
const dockerCerts = "/etc/docker/certs.d"

// certificates are what Docker's directories have for one registry.
type certificates struct {
	authorities [][]byte
	clients     []tls.Certificate
	// files were read, and unread are files that this user can't read or that
	// hold no certificate, with the reason.
	files, unread []string
}

// certsError is a directory of certificates that Docker refuses, too.
type certsError struct{ problem string }

func (e *certsError) Error() string { return e.problem }

// read adds what dir has, by the rules of Docker: *.crt are authorities, and
// each *.cert is a client's certificate with its key in the *.key beside it
// (https://docs.docker.com/engine/security/certificates/). A directory that is
// not there adds nothing.
func (c *certificates) read(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			c.unread = append(c.unread, readProblem(dir, err))
		}
		return nil
	}
	for _, entry := range entries {
		path := filepath.Join(dir, entry.Name())
		switch base, extension := strings.TrimSuffix(path, filepath.Ext(path)), filepath.Ext(path); extension {
		case ".crt":
			c.authority(path)
		case ".cert":
			if err := c.client(path, base+".key"); err != nil {
				return err
			}
		case ".key":
			if _, err := os.Stat(base + ".cert"); errors.Is(err, fs.ErrNotExist) {
				return &certsError{fmt.Sprintf("the key %q has no certificate: there is no %q; add it, or remove the key", path, base+".cert")}
			}
		}
	}
	return nil
}

// authority adds a file of authorities.
func (c *certificates) authority(path string) {
	content, err := os.ReadFile(path)
	switch {
	case err != nil:
		c.unread = append(c.unread, readProblem(path, err))
	case !x509.NewCertPool().AppendCertsFromPEM(content):
		c.unread = append(c.unread, fmt.Sprintf("%q holds no certificate in PEM", path))
	default:
		c.files = append(c.files, path)
		c.authorities = append(c.authorities, content)
	}
}

// client adds a client's certificate with its key.
func (c *certificates) client(path, key string) error {
	if _, err := os.Stat(key); errors.Is(err, fs.ErrNotExist) {
		return &certsError{fmt.Sprintf("the client certificate %q has no key: there is no %q; add it, or call the file *.crt if it is an authority's certificate", path, key)}
	}
	pair, err := tls.LoadX509KeyPair(path, key)
	switch {
	case errors.Is(err, fs.ErrPermission):
		// Keys are often root's alone. Not every registry asks for them.
		c.unread = append(c.unread, readProblem(key, err))
	case err != nil:
		return &certsError{fmt.Sprintf("the client certificate %q and its key %q are no pair: %v; replace them", path, key, err)}
	default:
		c.clients = append(c.clients, pair)
	}
	return nil
}

// readProblem says why a file was not read.
func readProblem(path string, err error) string {
	var at *fs.PathError
	if errors.As(err, &at) {
		return fmt.Sprintf("%q can't be read: %v", at.Path, at.Err)
	}
	return fmt.Sprintf("%q can't be read: %v", path, err)
}
