package ssh

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	xssh "golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"
)

// UserKnownHosts are a user's files that are asked for a host's keys when nothing is
// configured.
func UserKnownHosts(home string) []string {
	return []string{filepath.Join(home, ".ssh", "known_hosts"), filepath.Join(home, ".ssh", "known_hosts2")}
}

// GlobalKnownHosts are the system's.
func GlobalKnownHosts() []string {
	return []string{"/etc/ssh/ssh_known_hosts", "/etc/ssh/ssh_known_hosts2"}
}

// knownHosts are the lines of known_hosts files.
type knownHosts struct {
	check xssh.HostKeyCallback
	// names are what messages call the files that were read.
	names map[string]string
	// authorities are the lines with @cert-authority.
	authorities map[line]bool
}

// line is a line of a file; the first is 1.
type line struct {
	file string
	n    int
}

// givenKnownHosts is what messages call Options.KnownHostsData.
const givenKnownHosts = "the given known_hosts"

// loadKnownHosts reads the files. As OpenSSH does, it passes over lines that it
// does not understand: a key of a kind unknown here proves no host.
func (o Options) loadKnownHosts() (*knownHosts, error) {
	known := &knownHosts{names: map[string]string{}, authorities: map[line]bool{}}
	var files []string
	defer func() {
		for _, file := range files {
			os.Remove(file)
		}
	}()
	add := func(name string, data []byte) error {
		// The library reads files only.
		file, err := os.CreateTemp("", "slipway-known-hosts-*")
		if err != nil {
			return err
		}
		files = append(files, file.Name())
		known.names[file.Name()] = name
		_, err = file.Write(known.understood(file.Name(), data))
		return errors.Join(err, file.Close())
	}
	for _, name := range o.KnownHosts {
		data, err := os.ReadFile(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err == nil {
			err = add(name, data)
		}
		if err != nil {
			return nil, fmt.Errorf("reading known hosts: %w", err)
		}
	}
	if o.KnownHostsData != nil {
		data, err := mendKnownHosts(o.KnownHostsData)
		if err == nil {
			err = add(givenKnownHosts, data)
		}
		if err != nil {
			return nil, fmt.Errorf("reading known hosts: %w", err)
		}
	}
	var err error
	known.check, err = knownhosts.New(files...)
	if err != nil {
		return nil, fmt.Errorf("reading known hosts: %w", err)
	}
	return known, nil
}

// understood is data with empty lines in place of those that can't be read, so
// that the others keep their numbers.
func (k *knownHosts) understood(file string, data []byte) []byte {
	lines := bytes.Split(data, []byte("\n"))
	for i, text := range lines {
		marker, hosts, _, _, _, err := xssh.ParseKnownHosts(text)
		lines[i] = bytes.TrimSpace(text)
		if err != nil || !understoodMarker(lines[i]) || !understoodHosts(hosts) {
			lines[i] = nil
		}
		k.authorities[line{file, i + 1}] = marker == "cert-authority"
	}
	return bytes.Join(lines, []byte("\n"))
}

// understoodMarker says whether the library knows what a line's @word means, if it
// begins with one.
func understoodMarker(text []byte) bool {
	first, _, _ := bytes.Cut(text, []byte(" "))
	first, _, _ = bytes.Cut(first, []byte("\t"))
	return !bytes.HasPrefix(first, []byte("@")) || string(first) == "@cert-authority" || string(first) == "@revoked"
}

// understoodHosts says whether the library can read the host patterns of a line.
func understoodHosts(hosts []string) bool {
	for _, host := range hosts {
		if host == "" || host == "!" {
			return false
		}
	}
	return len(hosts) > 0
}

// find looks up the keys of a host under its address with its port; when none is
// known there, under the address without one: portless. An alias has no port.
func (k *knownHosts) find(o Options) (address string, keys []knownhosts.KnownKey, portless bool) {
	if o.HostKeyAlias != "" {
		address = strings.ToLower(net.JoinHostPort(o.HostKeyAlias, strconv.Itoa(defaultPort)))
		return address, k.lines(address), false
	}
	address = strings.ToLower(o.hostPort())
	if keys = k.lines(address); len(keys) > 0 || o.port() == defaultPort {
		return address, keys, false
	}
	usual := strings.ToLower(net.JoinHostPort(o.Address, strconv.Itoa(defaultPort)))
	if lines := k.lines(usual); len(lines) > 0 {
		return usual, lines, true
	}
	return address, nil, false
}

// lines are what is known of an address with its port.
func (k *knownHosts) lines(address string) []knownhosts.KnownKey {
	var mismatch *knownhosts.KeyError
	if err := k.check(address, &net.TCPAddr{IP: net.IPv4zero}, noKey{}); errors.As(err, &mismatch) {
		return mismatch.Want
	}
	return nil
}

// noKey is no host's key.
type noKey struct{}

func (noKey) Type() string                         { return "none" }
func (noKey) Marshal() []byte                      { return nil }
func (noKey) Verify([]byte, *xssh.Signature) error { return errors.New("there is no key") }

// where is a line as messages name it.
func (k *knownHosts) where(key knownhosts.KnownKey) string {
	return fmt.Sprintf("%s:%d", k.names[key.Filename], key.Line)
}

func (k *knownHosts) isAuthority(key knownhosts.KnownKey) bool {
	return k.authorities[line{key.Filename, key.Line}]
}
