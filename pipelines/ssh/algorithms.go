package ssh

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	xssh "golang.org/x/crypto/ssh"

	"git.example/slipway/pipelines/sshconfig"
)

// algorithms are what a connection may use: no key exchange, signature or message
// code with SHA-1, no cipher in CBC mode. The library still has some of them among
// its defaults. Servers have had others since OpenSSH 6.5, of 2014.
func algorithms() xssh.Config {
	supported := xssh.SupportedAlgorithms()
	return xssh.Config{
		KeyExchanges: supported.KeyExchanges, Ciphers: supported.Ciphers,
		MACs: slices.DeleteFunc(supported.MACs, func(name string) bool { return name == xssh.HMACSHA1 }),
	}
}

// withoutSHA1 is s, but for an RSA key that would sign with SHA-1 where the server
// does not say that it takes anything better.
func withoutSHA1(s xssh.Signer) xssh.Signer {
	if kind := s.PublicKey().Type(); kind != xssh.KeyAlgoRSA && kind != xssh.CertAlgoRSAv01 {
		return s
	}
	able, ok := s.(xssh.AlgorithmSigner)
	if !ok {
		return s
	}
	limited, err := xssh.NewSignerWithAlgorithms(able, algorithmsOf(xssh.KeyAlgoRSA))
	if err != nil { // it can do none of them
		return s
	}
	return limited
}

// negotiated are the names of what is agreed on, by what the library calls it, and
// the option of sshd_config that has them.
var negotiated = map[string]struct{ what, option string }{
	"key exchange":            {"key exchange", "KexAlgorithms"},
	"host key":                {"host key", "HostKeyAlgorithms"},
	"client to server cipher": {"cipher", "Ciphers"},
	"server to client cipher": {"cipher", "Ciphers"},
	"client to server MAC":    {"message code", "MACs"},
	"server to client MAC":    {"message code", "MACs"},
}

// nothingInCommon says what the server offers that we don't use, and what to do.
func (o Options) nothingInCommon(none *xssh.AlgorithmNegotiationError) error {
	n, ok := negotiated[none.What]
	if !ok {
		n.what, n.option = printable(none.What), "its algorithms"
	}
	what := fmt.Sprintf("set %s in its sshd_config to have one of %s", n.option, strings.Join(none.SupportedAlgorithms, ", "))
	if n.option == "HostKeyAlgorithms" {
		what = "give it an ed25519 key (ssh-keygen -A there, and HostKey in its sshd_config)"
	}
	return fmt.Errorf("it offers no %s that is used here, only %s, which is too weak or unknown; upgrade its sshd, or %s%s",
		n.what, names(none.RequestedAlgorithms), what, o.notHonoured(sshconfig.NoAlgorithm))
}

// names are foreign names, as many as one wants to read.
func names(foreign []string) string {
	const most = 12
	var shown []string
	for _, name := range foreign[:min(most, len(foreign))] {
		shown = append(shown, printable(name))
	}
	if len(foreign) > most {
		shown = append(shown, "…")
	}
	if len(shown) == 0 {
		return "none"
	}
	return strings.Join(shown, ", ")
}

// printable is a foreign name of bounded length without what a terminal would obey.
func printable(name string) string {
	const most = 64
	name = strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '?'
		}
		return r
	}, name[:min(most, len(name))])
	return name
}

// asNegotiation is err as what was not agreed on; nil when it is something else.
func asNegotiation(err error) *xssh.AlgorithmNegotiationError {
	var none *xssh.AlgorithmNegotiationError
	errors.As(err, &none)
	return none
}
