package ssh

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	xssh "golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"

	"git.example/slipway/pipelines/sshconfig"
)

// refuse says why a host's key is refused, and what to do.
func (h *hostKeys) refuse(key xssh.PublicKey, err error) error {
	var revoked *knownhosts.RevokedError
	var mismatch *knownhosts.KeyError
	switch {
	case errors.As(err, &revoked):
		return fmt.Errorf("its host key %s is revoked by %s; give the host a new one", describe(key), h.known.where(revoked.Revoked))
	case !errors.As(err, &mismatch):
		return fmt.Errorf("its host key %s is refused: %w", describe(key), err)
	case len(mismatch.Want) == 0, h.portless && !slices.ContainsFunc(mismatch.Want, h.known.isAuthority):
		return h.unknown(key)
	}
	return h.changed(key, mismatch.Want)
}

func (h *hostKeys) unknown(key xssh.PublicKey) error {
	file := "~/.ssh/known_hosts"
	if files := h.options.KnownHosts; len(files) > 0 {
		file = files[0]
	}
	return fmt.Errorf("its host key %s is not known; compare the fingerprint with the one that the host itself prints (ssh-keygen -lf %s), "+
		"then trust it: %s >> %s, or fingerprint: %s in slipway.yaml%s",
		describe(key), ownKeyFile(key), h.options.scanCommand(), file, xssh.FingerprintSHA256(key), h.options.notHonoured(sshconfig.UnknownKey))
}

func (h *hostKeys) changed(key xssh.PublicKey, want []knownhosts.KnownKey) error {
	var known []string
	for _, w := range want {
		what := describe(w.Key)
		if h.known.isAuthority(w) {
			what = "certificates signed by " + what
		}
		known = append(known, fmt.Sprintf("%s (%s)", what, h.known.where(w)))
	}
	return fmt.Errorf("its host key is %s, but what is known is %s: the host was set up anew, or somebody is in between; "+
		"compare the fingerprint with the one that the host itself prints (ssh-keygen -lf %s), and only if they are equal replace the line: %s",
		describe(key), strings.Join(known, " and "), ownKeyFile(key), h.forgetCommand(want))
}

// forgetCommand is a command line that takes the known keys of the host out of the
// file that they are in.
func (h *hostKeys) forgetCommand(want []knownhosts.KnownKey) string {
	command := "ssh-keygen -R " + quoteIfNeeded(knownhosts.Normalize(h.address))
	if file := h.known.names[want[0].Filename]; file != givenKnownHosts {
		command += " -f " + quoteIfNeeded(file)
	}
	return command
}

// notPinned says that none of the keys that were shown is a pinned one.
func (h *hostKeys) notPinned() error {
	var shown []string
	for _, key := range h.seen {
		shown = append(shown, describe(key))
	}
	return fmt.Errorf("its host key is %s, but %s is pinned: the host was set up anew, or somebody is in between; "+
		"compare the fingerprint with the one that the host itself prints (ssh-keygen -lf %s), and only if they are equal pin that one",
		strings.Join(shown, " or "), strings.Join(h.pinned, " or "), ownKeyFile(h.seen[0]))
}

// describe is a key's type and fingerprint.
func describe(key xssh.PublicKey) string { return key.Type() + " " + xssh.FingerprintSHA256(key) }

// ownKeyFile is where a host has its own key.
func ownKeyFile(key xssh.PublicKey) string {
	kind, _, _ := strings.Cut(strings.TrimPrefix(key.Type(), "ssh-"), "-")
	return "/etc/ssh/ssh_host_" + kind + "_key.pub"
}
