package ssh

import (
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"git.example/slipway/pipelines/secrets"
	"git.example/slipway/pipelines/sshconfig"
)

// Options are how to reach one host. The keys are tried in the order Key, the
// agent's, KeyFiles; there are no passwords and no prompts. Host keys are
// always checked: against Fingerprints when there are some, else against
// KnownHosts and KnownHostsData.
type Options struct {
	// Address is a host name or an IP address, without a port.
	Address string
	// Port is 22 when zero.
	Port int
	User string
	// Key is a private key, PEM or OpenSSH, without a passphrase; zero for none.
	Key secrets.Value
	// KeySource is what messages call Key, such as env://SSH_KEY.
	KeySource string
	// Agent is the socket of an SSH agent (SSH_AUTH_SOCK); empty for none.
	Agent string
	// KeyFiles are private keys that are tried last, such as
	// /home/me/.ssh/id_ed25519, or public ones, whose private ones an agent has.
	// Missing ones are skipped.
	KeyFiles []string
	// IdentitiesOnly leaves out the agent's keys that no file of KeyFiles names.
	IdentitiesOnly bool
	// CertificateFiles are certificates of those keys. One beside a key file, with
	// -cert.pub, is found without being named.
	CertificateFiles []string
	// Fingerprints are the host's keys, as "SHA256:…" (ssh-keygen -l prints it).
	// When there are some, known_hosts is not asked.
	Fingerprints []string
	// KnownHosts are files in the form of ~/.ssh/known_hosts. Missing ones are
	// skipped.
	KnownHosts []string
	// KnownHostsData is the same as content.
	KnownHostsData []byte
	// HostKeyAlias is searched for in known_hosts in place of the address and port;
	// empty for these.
	HostKeyAlias string
	// Jump is a host to connect through; nil for none. It may have one itself.
	Jump *Options
	// Timeout is how long connecting may take, for each hop; 15 s when zero.
	Timeout time.Duration
	// Keepalive is how long a silent connection is left alone; 15 s when zero.
	// After three times as long without an answer it is given up.
	Keepalive time.Duration
	// Alias is what the host is called where that is not its Address, and AliasAt
	// where ssh's configuration says so; both empty for most.
	Alias, AliasAt string
	// NotHonoured are lines of ssh's configuration that have no effect here, told
	// when they would have mattered.
	NotHonoured map[sshconfig.Moment][]sshconfig.Directive
}

const defaultPort = 22

// Keepalive is Options.Keepalive where nothing is said.
const Keepalive = 15 * time.Second

// String is the destination, such as "deploy@app1:2222"; port 22 is left out.
func (o Options) String() string {
	host := o.Address
	if o.port() != defaultPort {
		host = o.hostPort()
	}
	if o.User == "" {
		return host
	}
	return o.User + "@" + host
}

// named is the destination as messages name it first: with what it is called.
func (o Options) named() string {
	if o.Alias == "" || o.AliasAt == "" {
		return o.String()
	}
	return fmt.Sprintf("%s (%s in %s)", o, o.Alias, o.AliasAt)
}

// notHonoured says which lines of ssh's configuration have no effect, at a moment at
// which one could think that they have. It begins with a semicolon, or is empty.
func (o Options) notHonoured(moment sshconfig.Moment) string {
	var lines []string
	for _, d := range o.NotHonoured[moment] {
		lines = append(lines, fmt.Sprintf("%s %s (%s)", d.Keyword, printable(d.Value), d.At))
	}
	switch {
	case len(lines) == 0:
		return ""
	case moment == sshconfig.UnknownKey:
		return fmt.Sprintf("; host keys are always checked, so that here is without effect: %s", strings.Join(lines, ", "))
	}
	return fmt.Sprintf("; without effect here: %s", strings.Join(lines, ", "))
}

func (o Options) port() int {
	if o.Port == 0 {
		return defaultPort
	}
	return o.Port
}

func (o Options) hostPort() string { return net.JoinHostPort(o.Address, strconv.Itoa(o.port())) }

func (o Options) timeout() time.Duration {
	if o.Timeout == 0 {
		return 15 * time.Second
	}
	return o.Timeout
}

func (o Options) keepalive() time.Duration {
	if o.Keepalive == 0 {
		return Keepalive
	}
	return o.Keepalive
}

// scanCommand is a command line that prints the host's keys in the form of
// known_hosts.
func (o Options) scanCommand() string {
	words := []string{"ssh-keyscan"}
	if o.port() != defaultPort {
		words = append(words, "-p", strconv.Itoa(o.port()))
	}
	command := strings.Join(append(words, o.Address), " ")
	if o.HostKeyAlias != "" {
		command += fmt.Sprintf(" | sed 's/^[^ ]*/%s/'", o.HostKeyAlias)
	}
	return command
}
