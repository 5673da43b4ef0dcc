package ssh

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"

	xssh "golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"
)

// hostKeys decides whether a host is the one that we want. Nothing turns it off.
type hostKeys struct {
	options Options
	pinned  []string    // fingerprints; when there are some, known is nil
	known   *knownHosts // else
	// seen are the keys that the host showed and that were refused, refusal why.
	seen    []xssh.PublicKey
	refusal error
	widened bool // all kinds of keys were asked for
	// address is what is looked up in known_hosts, wanted the lines that it has.
	// As OpenSSH does, a host at another port is looked up without the port when
	// nothing is known with it; portless then.
	address  string
	wanted   []knownhosts.KnownKey
	portless bool
}

func (o Options) loadHostKeys() (*hostKeys, error) {
	h := &hostKeys{options: o}
	for _, text := range o.Fingerprints {
		fingerprint := strings.TrimRight(text, "=")
		digest, isSHA256 := strings.CutPrefix(fingerprint, "SHA256:")
		if sum, err := base64.RawStdEncoding.DecodeString(digest); !isSHA256 || err != nil || len(sum) != 32 {
			return nil, fmt.Errorf("the fingerprint %q is none; it looks like SHA256:… and 43 characters, as ssh-keygen -l prints it", text)
		}
		h.pinned = append(h.pinned, fingerprint)
	}
	if len(h.pinned) > 0 {
		return h, nil
	}
	var err error
	if h.known, err = o.loadKnownHosts(); err != nil {
		return nil, err
	}
	h.address, h.wanted, h.portless = h.known.find(o)
	return h, nil
}

// check is the callback of a handshake.
func (h *hostKeys) check(_ string, remote net.Addr, key xssh.PublicKey) error {
	if h.known == nil {
		if slices.Contains(h.pinned, xssh.FingerprintSHA256(key)) {
			return nil
		}
		h.seen = append(h.seen, key)
		h.refusal = h.notPinned()
		return h.refusal
	}
	err := h.known.check(h.address, remote, key)
	if err == nil {
		return nil
	}
	h.refusal = h.refuse(key, err)
	return h.refusal
}

// algorithms are the host key algorithms to ask for first. A host has several
// keys and shows one: it must be of a kind that we know of it.
func (h *hostKeys) algorithms() []string {
	if h.known == nil {
		return plainAlgorithms()
	}
	var wanted []string
	certificates := false
	for _, key := range h.wanted {
		if h.known.isAuthority(key) {
			certificates = true
		} else {
			wanted = append(wanted, algorithmsOf(key.Key.Type())...)
		}
	}
	if !certificates && len(wanted) == 0 {
		h.widened = true
		return plainAlgorithms()
	}
	return slices.DeleteFunc(allAlgorithms(), func(name string) bool {
		return !slices.Contains(wanted, name) && !(certificates && isCertificate(name))
	})
}

// others are the algorithms to ask for after err; none when that is of no use.
func (h *hostKeys) others(asked []string, err error) []string {
	if h.known == nil {
		if len(h.seen) == 0 || !errors.Is(err, h.refusal) {
			return nil
		}
		// It has keys of other kinds perhaps, and the pinned one is among them.
		shown := algorithmsOf(h.seen[len(h.seen)-1].Type())
		return slices.DeleteFunc(slices.Clone(asked), func(name string) bool { return slices.Contains(shown, name) })
	}
	var none *xssh.AlgorithmNegotiationError
	if h.widened || !errors.As(err, &none) || none.What != "host key" {
		return nil
	}
	h.widened = true // to see the key, and refuse it by its fingerprint
	return plainAlgorithms()
}

func allAlgorithms() []string {
	names := xssh.SupportedAlgorithms().HostKeys
	slices.SortStableFunc(names, func(a, b string) int { return preference(a) - preference(b) })
	return names
}

func preference(algorithm string) int {
	for i, prefix := range []string{"ssh-ed25519", "ecdsa-", "rsa-"} {
		if strings.HasPrefix(algorithm, prefix) {
			return i
		}
	}
	return 3
}

func plainAlgorithms() []string { return slices.DeleteFunc(allAlgorithms(), isCertificate) }

func isCertificate(algorithm string) bool { return strings.Contains(algorithm, "-cert-v01@") }

// algorithmsOf are the algorithms that use keys of a type.
func algorithmsOf(keyType string) []string {
	if keyType == xssh.KeyAlgoRSA {
		return []string{xssh.KeyAlgoRSASHA512, xssh.KeyAlgoRSASHA256}
	}
	return []string{keyType}
}
