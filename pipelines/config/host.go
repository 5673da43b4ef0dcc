package config

import (
	"reflect"
	"strconv"

	"git.example/slipway/pipelines/lazy"
)

// Host is a machine that is reached over SSH: a mapping, or a string such as
// "deploy@app1.example.com:2222" or "ssh://deploy@app1.example.com:2222" for one that
// needs no more.
type Host struct {
	// Address is a host name, an IP address or a Host of ~/.ssh/config, or env://NAME.
	// With env:// the user, the port and the target's path are SERVER_USER's,
	// SERVER_PORT's and DEPLOY_PATH's where nothing else is written.
	Address string `yaml:"address"`
	SSH     `yaml:",inline"`
}

// SSH is how a host is reached. What a host does not say is taken from the
// environment's ssh.
type SSH struct {
	// User to log in as.
	User string `yaml:"user,omitempty"`
	// Port of sshd. 22 when absent.
	Port int `yaml:"port,omitempty" jsonschema:"minimum=1"`
	// Key is the private key, as env://NAME or file://PATH. Without it the SSH
	// agent's keys and ~/.ssh/id_* are used.
	Key string `yaml:"key,omitempty"`
	// KnownHosts is a file in known_hosts form, relative to the project, or its
	// content as env://NAME or file://PATH. ~/.ssh/known_hosts when absent.
	KnownHosts string `yaml:"known-hosts,omitempty"`
	// Fingerprint of the host key, such as SHA256:…, or several. Then known_hosts
	// is not asked.
	Fingerprint Strings `yaml:"fingerprint,omitempty"`
	// Jump is a host to go through.
	Jump *Host `yaml:"jump,omitempty"`
	// Timeout of connecting.
	Timeout Duration `yaml:"timeout,omitempty"`
	// Docker is how the docker command reaches its engine there: sudo, where the
	// user may run `sudo -n docker` and nothing else, or an address as DOCKER_HOST has
	// it, such as unix:///run/user/1000/docker.sock. As the user does who logs in when
	// absent.
	Docker string `yaml:"docker,omitempty"`
	// Config is a file in the form of ~/.ssh/config, relative to the project, that is
	// read in place of that one and of /etc/ssh/ssh_config; none for no file at all.
	Config string `yaml:"config,omitempty"`
}

// hostText is a host as a string: [user@]address[:port], the address in
// brackets if it has colons, with or without ssh:// before it.
var hostText = lazy.Regexp(`^(?:ssh://)?(?:([^@:/\s]+)@)?(\[[0-9a-fA-F:.]+(?:%[A-Za-z0-9._-]+)?\]|env://[A-Za-z_][A-Za-z0-9_]*|[^@:/\s\[\]]+)(?::([0-9]+))?$`)

func (h *Host) decode(d *decoder, path string, n *node) {
	if n.kind != text {
		d.decodeStruct(path, n, reflect.ValueOf(h).Elem())
		return
	}
	parsed, ok := ParseHost(n.text)
	if !ok {
		d.wrong(path, "%q is no host: want one such as deploy@app1.example.com or deploy@app1.example.com:2222", n.text)
		return
	}
	*h = parsed
}

// ParseHost reads a host as a string.
func ParseHost(text string) (Host, bool) {
	parts := hostText().FindStringSubmatch(text)
	if parts == nil {
		return Host{}, false
	}
	h := Host{Address: parts[2], SSH: SSH{User: parts[1]}}
	if h.Address[0] == '[' {
		h.Address = h.Address[1 : len(h.Address)-1]
	}
	if parts[3] != "" {
		port, err := strconv.Atoi(parts[3])
		if err != nil || port < 1 || port > 65535 {
			return Host{}, false
		}
		h.Port = port
	}
	return h, true
}

// Over is h with what it does not say taken from the environment's ssh.
func (h Host) Over(s *SSH) Host {
	if s == nil {
		return h
	}
	if h.User == "" {
		h.User = s.User
	}
	if h.Port == 0 {
		h.Port = s.Port
	}
	if h.Key == "" {
		h.Key = s.Key
	}
	if len(h.Fingerprint) == 0 && h.KnownHosts == "" {
		h.KnownHosts, h.Fingerprint = s.KnownHosts, s.Fingerprint
	}
	if h.Jump == nil && s.Jump != nil && s.Jump.Address != h.Address {
		h.Jump = s.Jump
	}
	if h.Config == "" {
		h.Config = s.Config
	}
	if h.Timeout == 0 {
		h.Timeout = s.Timeout
	}
	if h.Docker == "" {
		h.Docker = s.Docker
	}
	return h
}
