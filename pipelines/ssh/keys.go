package ssh

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	xssh "golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"
)

// DefaultKeyFiles are the private keys that are tried when none is configured, in
// a user's home directory, in this order.
func DefaultKeyFiles(home string) []string {
	var files []string
	for _, name := range []string{"id_ed25519", "id_ecdsa", "id_rsa"} {
		files = append(files, filepath.Join(home, ".ssh", name))
	}
	return files
}

// keys are what we can log in with.
type keys struct {
	signers []xssh.Signer
	// names say of each signer what it is and where it comes from.
	names []string
	// problems are keys that can't be used.
	problems []string
	agent    net.Conn // nil for none; it signs until the login is done
	allowed  []string // how the host lets users log in, once it said so
}

// loadKeys gathers the keys in the order in which they are tried.
func (o Options) loadKeys(ctx context.Context) (*keys, error) {
	k := &keys{}
	if !o.Key.IsZero() {
		if err := k.add([]byte(o.Key.Reveal()), o.keySource()); err != nil {
			return nil, err
		}
	}
	if o.Agent != "" {
		k.addAgent(ctx, o)
	}
	for _, file := range o.KeyFiles {
		data, err := os.ReadFile(file)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err == nil {
			err = k.add(data, file)
		}
		if err != nil {
			k.problems = append(k.problems, err.Error())
		}
	}
	if len(k.signers) == 0 {
		defer k.close()
		return nil, k.none(o)
	}
	return k, nil
}

func (o Options) keySource() string {
	if o.KeySource == "" {
		return "the given key"
	}
	return o.KeySource
}

// add takes a private key. No error holds a part of it.
func (k *keys) add(data []byte, source string) error {
	data = append(bytes.TrimSpace(bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n"))), '\n')
	signer, err := xssh.ParsePrivateKey(data)
	var encrypted *xssh.PassphraseMissingError
	switch {
	case errors.As(err, &encrypted):
		if encrypted.PublicKey != nil && k.has(encrypted.PublicKey) {
			return nil // the agent has it
		}
		return fmt.Errorf("the key %s is encrypted: add it to an agent (ssh-add), or give one without a passphrase (ssh-keygen -p)", source)
	case err != nil && bytes.HasPrefix(data, []byte("PuTTY-User-Key-File")):
		return fmt.Errorf("the key %s is in PuTTY's form: convert it (puttygen -O private-openssh)", source)
	case err != nil && strings.HasPrefix(string(data), "ssh-"):
		return fmt.Errorf("the key %s is a public key; give the private one, which is in the file without .pub", source)
	case err != nil:
		return fmt.Errorf("the key %s is no private key in PEM or OpenSSH form (%s)", source, strings.TrimPrefix(err.Error(), "ssh: "))
	}
	k.take(signer, source)
	return nil
}

func (k *keys) addAgent(ctx context.Context, o Options) {
	conn, err := (&net.Dialer{Timeout: o.timeout()}).DialContext(ctx, "unix", o.Agent)
	if err != nil {
		k.problems = append(k.problems, fmt.Sprintf("no SSH agent answers at %s (%v)", o.Agent, err))
		return
	}
	k.agent = conn
	conn.SetDeadline(time.Now().Add(2 * o.timeout()))
	signers, err := agent.NewClient(conn).Signers()
	switch {
	case err != nil:
		k.problems = append(k.problems, fmt.Sprintf("the SSH agent at %s can't be used (%v)", o.Agent, err))
	case len(signers) == 0:
		k.problems = append(k.problems, fmt.Sprintf("the SSH agent at %s has no keys; add one with ssh-add", o.Agent))
	}
	for _, s := range signers {
		k.take(s, "SSH agent")
	}
}

// take adds a signer, once: sshd counts how many keys are tried.
func (k *keys) take(s xssh.Signer, source string) {
	if k.has(s.PublicKey()) {
		return
	}
	k.signers = append(k.signers, s)
	k.names = append(k.names, fmt.Sprintf("%s %s (%s)", s.PublicKey().Type(), xssh.FingerprintSHA256(s.PublicKey()), source))
}

func (k *keys) has(key xssh.PublicKey) bool {
	return slices.ContainsFunc(k.signers, func(s xssh.Signer) bool {
		return bytes.Equal(s.PublicKey().Marshal(), key.Marshal())
	})
}

func (k *keys) all() ([]xssh.Signer, error) { return k.signers, nil }

// note remembers how the host lets users log in; it chooses nothing.
func (k *keys) note(c *xssh.ClientAuthContext) (xssh.AuthMethod, error) {
	k.allowed = c.AllowedMethods
	return nil, nil
}

func (k *keys) close() {
	if k.agent != nil {
		k.agent.Close()
	}
}

// none is the error when there is no key at all.
func (k *keys) none(o Options) error {
	if len(k.problems) > 0 {
		return fmt.Errorf("no key to log in with: %s", strings.Join(k.problems, "; "))
	}
	if len(o.KeyFiles) > 0 {
		return fmt.Errorf("no key to log in with: there is no %s, and no SSH agent is set; make a key with ssh-keygen, or add one to an agent", strings.Join(o.KeyFiles, ", no "))
	}
	return errors.New("no key to log in with: give a key, an SSH agent (SSH_AUTH_SOCK) or a key file")
}

// refused is the error when the host took none of the keys.
func (k *keys) refused(o Options, err error) error {
	if len(k.allowed) > 0 && !slices.Contains(k.allowed, "publickey") {
		return fmt.Errorf("the host lets nobody log in with a key, only by %s; set PubkeyAuthentication yes in its sshd_config", strings.Join(k.allowed, " or "))
	}
	copyID := "ssh-copy-id "
	if o.port() != defaultPort {
		copyID += fmt.Sprintf("-p %d ", o.port())
	}
	var b strings.Builder
	fmt.Fprintf(&b, "the host refused user %q with every key: %s", o.User, strings.Join(k.names, ", "))
	if len(k.problems) > 0 {
		fmt.Fprintf(&b, "; not tried: %s", strings.Join(k.problems, "; "))
	}
	if strings.Contains(err.Error(), "Too many") {
		b.WriteString("; it gave up after too many of them: give the right key alone")
	} else {
		fmt.Fprintf(&b, "; add one to %s's ~/.ssh/authorized_keys there (%s%s@%s), or give another key", o.User, copyID, o.User, o.Address)
	}
	return errors.New(b.String())
}
