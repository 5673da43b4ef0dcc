package ssh

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"slices"
	"strings"

	xssh "golang.org/x/crypto/ssh"

	"git.example/slipway/pipelines/sshconfig"
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

// loadKeys gathers the keys in the order in which they are tried: as ssh does, those
// of the agent that a file names come first, and other ones only if they may.
func (o Options) loadKeys(ctx context.Context) (*keys, error) {
	k := &keys{}
	if !o.Key.IsZero() {
		if err := k.add([]byte(o.Key.Reveal()), o.keySource()); err != nil {
			return nil, err
		}
	}
	files := o.readKeyFiles()
	if o.Agent != "" {
		k.addAgent(ctx, o, files)
	}
	for _, file := range files {
		k.addFile(file)
	}
	k.certify(o.certificates())
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
	signer, err := parseKey(data)
	var encrypted *xssh.PassphraseMissingError
	switch {
	case errors.As(err, &encrypted):
		if encrypted.PublicKey != nil && k.has(encrypted.PublicKey) {
			return nil // the agent has it
		}
		return fmt.Errorf("the key %s is encrypted: add it to an agent (ssh-add), or give one without a passphrase (ssh-keygen -p)", source)
	case err != nil:
		return fmt.Errorf("the key %s %s", source, notAKey(data))
	}
	k.take(signer, source)
	return nil
}

// take adds a signer, once: sshd counts how many keys are tried.
func (k *keys) take(s xssh.Signer, source string) {
	if k.has(s.PublicKey()) {
		return
	}
	k.signers = append(k.signers, withoutSHA1(s))
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
		return fmt.Errorf("no key to log in with: %s%s", strings.Join(k.problems, "; "), o.notHonoured(sshconfig.NotLoggedIn))
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
		b.WriteString("; it gave up after too many of them: give the right key alone (key in slipway.yaml, or IdentityFile and IdentitiesOnly in ssh's configuration)")
	} else {
		fmt.Fprintf(&b, "; add one to %s's ~/.ssh/authorized_keys there (%s%s@%s), or give another key", o.User, copyID, o.User, o.Address)
	}
	b.WriteString(o.notHonoured(sshconfig.NotLoggedIn))
	return errors.New(b.String())
}
