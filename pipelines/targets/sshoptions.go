package targets

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"strings"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/secrets"
	"git.example/slipway/pipelines/ssh"
	"git.example/slipway/pipelines/workspace"
)

// The variables of a deploy to one server, as CI settings often have them.
const (
	serverPort = "SERVER_PORT"
	serverUser = "SERVER_USER"
	deployPath = "DEPLOY_PATH"
)

// sshOptions are how a host is reached.
func (s *site) sshOptions(ctx context.Context, h config.Host) (ssh.Options, error) {
	o := ssh.Options{Port: h.Port, Fingerprints: h.Fingerprint, Timeout: h.Timeout.Or(0)}
	var err error
	if o.Address, err = s.workspace.Value(ctx, h.Address); err != nil {
		return o, err
	}
	if o.User, err = s.workspace.Value(ctx, h.User); err != nil {
		return o, err
	}
	fromEnvironment := strings.HasPrefix(h.Address, "env://")
	if fromEnvironment {
		if o.User == "" {
			o.User, _ = s.workspace.Lookup(serverUser)
		}
		if o.Port, err = s.serverPort(o.Port); err != nil {
			return o, err
		}
	}
	if o.User == "" {
		o.User, _ = s.workspace.Lookup("USER")
	}
	if o.User == "" {
		also := ""
		if fromEnvironment {
			also = ", or the variable " + serverUser
		}
		return o, workspace.Usage("nothing says which user to log in as: set user: of the host, or of the environment's ssh%s", also)
	}
	if err := s.sshKeys(ctx, h, &o); err != nil {
		return o, err
	}
	if err := s.knownHosts(ctx, h, &o); err != nil {
		return o, err
	}
	if h.Jump != nil {
		jump := h.SSH
		jump.Fingerprint, jump.KnownHosts, jump.Port, jump.Jump = nil, "", 0, nil
		if len(h.Fingerprint) == 0 {
			jump.KnownHosts = h.KnownHosts
		}
		through, err := s.sshOptions(ctx, h.Jump.Over(&jump))
		if err != nil {
			return o, fmt.Errorf("jump host %q: %w", h.Jump.Address, err)
		}
		o.Jump = &through
	}
	return o, nil
}

// sshKeys sets what o logs in with: the key that is configured, else those of
// the agent and of ~/.ssh.
func (s *site) sshKeys(ctx context.Context, h config.Host, o *ssh.Options) error {
	if h.Key != "" {
		values, err := s.workspace.Resolve(ctx, map[string]string{"key": h.Key})
		if err != nil {
			return err
		}
		o.Key, o.KeySource = values["key"], h.Key
		return nil
	}
	o.Agent, _ = s.workspace.Lookup("SSH_AUTH_SOCK")
	if home, ok := s.workspace.Lookup("HOME"); ok {
		o.KeyFiles = ssh.DefaultKeyFiles(home)
	}
	return nil
}

// knownHosts sets what o takes for the host's keys.
func (s *site) knownHosts(ctx context.Context, h config.Host, o *ssh.Options) error {
	switch {
	case len(h.Fingerprint) > 0:
		return nil
	case secrets.IsRef(h.KnownHosts):
		value, err := s.workspace.Secrets.Resolve(ctx, h.KnownHosts)
		o.KnownHostsData = []byte(value.Reveal())
		return err
	case h.KnownHosts != "":
		file := s.workspace.Path(h.KnownHosts)
		if _, err := os.Stat(file); err != nil {
			return fmt.Errorf("reading known-hosts: %w", err)
		}
		o.KnownHosts = []string{file}
		return nil
	}
	home, _ := s.workspace.Lookup("HOME")
	o.KnownHosts = ssh.DefaultKnownHosts(cmp.Or(home, "/root"))
	return nil
}
