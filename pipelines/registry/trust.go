package registry

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"os"
	"path/filepath"
)

// trust knows which certificates the servers of a registry are believed with:
// the system's, those that SSL_CERT_FILE and SSL_CERT_DIR name, and those that
// Docker has for the registry. As with Docker, nothing is verified of a registry
// that is marked insecure or is on this machine.
type trust struct {
	lookup     func(string) (string, bool)
	unverified func(host string) bool
}

// trusted is what one registry is believed with.
type trusted struct {
	config *tls.Config
	// unread are files that were named and could not be used, with the reason.
	unread []string
	// files are Docker's certificates that were used.
	files []string
}

// of is what the registry at host is believed with. An error is a *certsError.
func (t *trust) of(host string) (trusted, error) {
	if t.unverified(host) {
		return trusted{config: &tls.Config{InsecureSkipVerify: true}}, nil //nolint:gosec // as Docker does with insecure registries
	}
	found := certificates{}
	for _, dir := range t.dirs() {
		for _, name := range dirNames(host) {
			if err := found.read(filepath.Join(dir, name)); err != nil {
				return trusted{}, err
			}
		}
	}
	dockers := len(found.files)
	t.readVariables(&found)
	config := &tls.Config{Certificates: found.clients}
	if len(found.authorities) > 0 {
		config.RootCAs = withSystem(found.authorities)
	}
	return trusted{config: config, unread: found.unread, files: found.files[:dockers]}, nil
}

// dirs are where Docker looks: the daemon's directory, and that of a daemon
// which runs as this user.
func (t *trust) dirs() []string {
	dirs := []string{dockerCerts}
	if config, ok := t.lookup("XDG_CONFIG_HOME"); ok && config != "" {
		return append(dirs, filepath.Join(config, "docker", "certs.d"))
	}
	if home, ok := t.lookup("HOME"); ok && home != "" {
		return append(dirs, filepath.Join(home, ".config", "docker", "certs.d"))
	}
	return dirs
}

// dirNames is how a registry's directory may be called.
func dirNames(host string) []string {
	if canonicalHost(host) == dockerHub {
		return []string{"docker.io", "registry-1.docker.io"}
	}
	return []string{host}
}

// readVariables adds what SSL_CERT_FILE and SSL_CERT_DIR name, as every program
// written in Go or with OpenSSL has them.
func (t *trust) readVariables(into *certificates) {
	if file, ok := t.lookup("SSL_CERT_FILE"); ok && file != "" {
		into.authority(file)
	}
	list, _ := t.lookup("SSL_CERT_DIR")
	for _, dir := range filepath.SplitList(list) {
		entries, err := os.ReadDir(dir)
		if err != nil {
			into.unread = append(into.unread, readProblem(dir, err))
		}
		for _, entry := range entries {
			if path := filepath.Join(dir, entry.Name()); !entry.IsDir() {
				before := len(into.unread)
				into.authority(path)
				into.unread = into.unread[:before] // such a directory holds other files, too
			}
		}
	}
}

// withSystem is the system's authorities and more, in PEM.
func withSystem(more [][]byte) *x509.CertPool {
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	for _, content := range more {
		pool.AppendCertsFromPEM(content)
	}
	return pool
}

// unknownAuthority finds that err is a certificate of an authority that is not
// among those that are believed.
func unknownAuthority(err error) (x509.UnknownAuthorityError, bool) {
	var unknown x509.UnknownAuthorityError
	return unknown, errors.As(err, &unknown)
}
