package pipelines

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/secrets"
	"git.example/slipway/pipelines/ssh"
)

// machine is one host of a target.
type machine struct {
	// name as messages and --host have it; empty for this machine.
	name string
	host deploy.Host
	// ssh is the same host; nil for this machine.
	ssh *ssh.Host
	// dir is the target's directory there, absolute.
	dir string
}

// sshHosts are hosts behind SSH, by name.
type sshHosts map[string]*ssh.Host

// The variables of a deploy to one server, as CI settings often have them.
const (
	serverPort = "SERVER_PORT"
	serverUser = "SERVER_USER"
	deployPath = "DEPLOY_PATH"
)

// machines are where a target runs that has these hosts, and dir as its path.
// Nothing is connected yet.
func (s *stage) machines(ctx context.Context, hosts []config.Host, dir string) ([]machine, error) {
	if len(hosts) == 0 {
		return []machine{{host: deploy.LocalHost{}, dir: absolute(s.project.dir, dir)}}, nil
	}
	machines := make([]machine, len(hosts))
	names := map[string]bool{}
	for i, h := range hosts {
		m, err := s.machine(ctx, h.Over(s.config.SSH), dir)
		if err != nil {
			return nil, fmt.Errorf("host %q: %w", h.Address, err)
		}
		if names[m.name] {
			return nil, usage("host %q is there twice", m.name)
		}
		names[m.name], machines[i] = true, m
	}
	return machines, nil
}

// machine is one of them. The variables of a one-server deploy stand for what a
// host whose address comes from the environment does not say.
func (s *stage) machine(ctx context.Context, h config.Host, dir string) (machine, error) {
	p := s.project
	fromEnvironment := strings.HasPrefix(h.Address, "env://")
	o, err := p.sshOptions(ctx, h)
	if err != nil {
		return machine{}, err
	}
	if fromEnvironment && dir == "" {
		dir, _ = p.lookup(deployPath)
	}
	if dir == "" {
		dir = homeOf(o.User)
	}
	if !path.IsAbs(dir) {
		return machine{}, usage("%s is %q: want an absolute path on the host", deployPath, dir)
	}
	host := p.ssh.Host(o)
	s.hosts[o.String()] = host
	return machine{name: o.String(), host: host, ssh: host, dir: path.Clean(dir)}, nil
}

// homeOf is a user's home directory where hosts have it by default.
func homeOf(user string) string {
	if user == "root" {
		return "/root"
	}
	return "/home/" + user
}

// sshOptions are how a host is reached.
func (p *Project) sshOptions(ctx context.Context, h config.Host) (ssh.Options, error) {
	o := ssh.Options{Port: h.Port, Fingerprints: h.Fingerprint, Timeout: h.Timeout.Or(0)}
	var err error
	if o.Address, err = p.value(ctx, h.Address); err != nil {
		return o, err
	}
	if o.User, err = p.value(ctx, h.User); err != nil {
		return o, err
	}
	fromEnvironment := strings.HasPrefix(h.Address, "env://")
	if fromEnvironment {
		if o.User == "" {
			o.User, _ = p.lookup(serverUser)
		}
		if o.Port, err = p.serverPort(o.Port); err != nil {
			return o, err
		}
	}
	if o.User == "" {
		o.User, _ = p.lookup("USER")
	}
	if o.User == "" {
		also := ""
		if fromEnvironment {
			also = ", or the variable " + serverUser
		}
		return o, usage("nothing says which user to log in as: set user: of the host, or of the environment's ssh%s", also)
	}
	if err := p.sshKeys(ctx, h, &o); err != nil {
		return o, err
	}
	if err := p.knownHosts(ctx, h, &o); err != nil {
		return o, err
	}
	if h.Jump != nil {
		jump := h.SSH
		jump.Fingerprint, jump.KnownHosts, jump.Port, jump.Jump = nil, "", 0, nil
		if len(h.Fingerprint) == 0 {
			jump.KnownHosts = h.KnownHosts
		}
		through, err := p.sshOptions(ctx, h.Jump.Over(&jump))
		if err != nil {
			return o, fmt.Errorf("jump host %q: %w", h.Jump.Address, err)
		}
		o.Jump = &through
	}
	return o, nil
}

// value is a plain value, or that of the variable that it names.
func (p *Project) value(ctx context.Context, text string) (string, error) {
	if !secrets.IsRef(text) {
		return text, nil
	}
	value, err := p.secrets.Resolve(ctx, text)
	return value.Reveal(), err
}

func (p *Project) serverPort(port int) (int, error) {
	text, _ := p.lookup(serverPort)
	if port != 0 || text == "" {
		return port, nil
	}
	port, err := strconv.Atoi(text)
	if err != nil || port < 1 || port > 65535 {
		return 0, usage("%s is %q: want the number of a port", serverPort, text)
	}
	return port, nil
}

// sshKeys sets what o logs in with: the key that is configured, else those of
// the agent and of ~/.ssh.
func (p *Project) sshKeys(ctx context.Context, h config.Host, o *ssh.Options) error {
	if h.Key != "" {
		values, err := p.resolve(ctx, map[string]string{"key": h.Key})
		if err != nil {
			return err
		}
		o.Key, o.KeySource = values["key"], h.Key
		return nil
	}
	o.Agent, _ = p.lookup("SSH_AUTH_SOCK")
	if home, ok := p.lookup("HOME"); ok {
		for _, name := range []string{"id_ed25519", "id_ecdsa", "id_rsa"} {
			o.KeyFiles = append(o.KeyFiles, filepath.Join(home, ".ssh", name))
		}
	}
	return nil
}

// knownHosts sets what o takes for the host's keys.
func (p *Project) knownHosts(ctx context.Context, h config.Host, o *ssh.Options) error {
	switch {
	case len(h.Fingerprint) > 0:
		return nil
	case secrets.IsRef(h.KnownHosts):
		value, err := p.secrets.Resolve(ctx, h.KnownHosts)
		o.KnownHostsData = []byte(value.Reveal())
		return err
	case h.KnownHosts != "":
		file := absolute(p.dir, h.KnownHosts)
		if _, err := os.Stat(file); err != nil {
			return fmt.Errorf("reading known-hosts: %w", err)
		}
		o.KnownHosts = []string{file}
		return nil
	}
	home, _ := p.lookup("HOME")
	o.KnownHosts = []string{filepath.Join(cmp.Or(home, "/root"), ".ssh", "known_hosts"), "/etc/ssh/ssh_known_hosts"}
	return nil
}
