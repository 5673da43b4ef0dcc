package sshconfig

import (
	"slices"
	"strings"
)

// keyword is one that is read.
type keyword struct {
	// name as ssh's manual spells it.
	name string
	// adds: every line adds to those before, instead of the first one winning.
	adds bool
	// list: a line has several values.
	list bool
	// raw: the value is the rest of the line as it is written.
	raw bool
	// moment is when it matters that it is not honoured; empty for those that are.
	moment Moment
	// usual are values that change nothing; only those with a word of only matter,
	// if there is one.
	usual, only string
}

// Moment is when it matters that a directive is not honoured.
type Moment string

// The moments at which a directive that is not honoured would have mattered.
const (
	UnknownKey  Moment = "unknown host key"
	Unreachable Moment = "not reached"
	NoAlgorithm Moment = "no common algorithm"
	NotLoggedIn Moment = "not logged in"
)

// keywords are those that are read. All others change nothing of what Slipway does
// on a host, such as ControlMaster or ForwardX11.
var keywords = byName(
	keyword{name: "HostName"}, keyword{name: "User"}, keyword{name: "Port"}, keyword{name: "Tag"},
	keyword{name: "IdentityFile", adds: true}, keyword{name: "CertificateFile", adds: true},
	keyword{name: "IdentitiesOnly"}, keyword{name: "IdentityAgent"},
	keyword{name: "ProxyJump"}, keyword{name: "ProxyCommand", raw: true},
	keyword{name: "UserKnownHostsFile", list: true}, keyword{name: "GlobalKnownHostsFile", list: true}, keyword{name: "HostKeyAlias"},
	keyword{name: "ConnectTimeout"}, keyword{name: "ServerAliveInterval"},

	keyword{name: "StrictHostKeyChecking", moment: UnknownKey, usual: "yes true ask"}, keyword{name: "VerifyHostKeyDNS", moment: UnknownKey, usual: "no false ask"},
	keyword{name: "KnownHostsCommand", raw: true, usual: "none", moment: UnknownKey},
	keyword{name: "AddressFamily", moment: Unreachable, usual: "any"}, keyword{name: "BindAddress", moment: Unreachable},
	keyword{name: "BindInterface", moment: Unreachable}, keyword{name: "CanonicalizeHostname", moment: Unreachable, usual: "no false none"},
	keyword{name: "KexAlgorithms", moment: NoAlgorithm}, keyword{name: "Ciphers", moment: NoAlgorithm},
	keyword{name: "MACs", moment: NoAlgorithm}, keyword{name: "HostKeyAlgorithms", moment: NoAlgorithm},
	keyword{name: "PKCS11Provider", moment: NotLoggedIn, usual: "none"}, keyword{name: "SecurityKeyProvider", moment: NotLoggedIn, usual: "internal"},
	keyword{name: "PubkeyAcceptedAlgorithms", moment: NotLoggedIn, only: "ssh-rsa ssh-dss"}, keyword{name: "PubkeyAcceptedKeyTypes", moment: NotLoggedIn, only: "ssh-rsa ssh-dss"},
)

func byName(all ...keyword) map[string]keyword {
	named := map[string]keyword{}
	for _, k := range all {
		named[strings.ToLower(k.name)] = k
	}
	return named
}

// matters says whether it may matter that value is not honoured.
func (k keyword) matters(value string) bool {
	only := strings.Fields(k.only)
	named := func(word string) bool { return strings.Contains(value, word) }
	return k.moment != "" && !slices.Contains(strings.Fields(k.usual), strings.ToLower(value)) && (len(only) == 0 || slices.ContainsFunc(only, named))
}
