package targets

import (
	"cmp"
	"context"
	"fmt"
	"os"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/secrets"
	"git.example/slipway/pipelines/ssh"
	"git.example/slipway/pipelines/sshconfig"
)

// keys sets what o logs in with: the key that is configured, else what ssh's
// configuration says, else the agent's keys and those of ~/.ssh.
func (a approach) keys(ctx context.Context, h config.Host, o *ssh.Options, settings sshconfig.Settings) error {
	if h.Key != "" {
		values, err := a.workspace.Resolve(ctx, map[string]string{"key": h.Key})
		if err != nil {
			return err
		}
		o.Key, o.KeySource = values["key"], h.Key
		return nil
	}
	switch settings.IdentityAgent {
	case "":
		o.Agent, _ = a.workspace.Lookup("SSH_AUTH_SOCK")
	case sshconfig.None:
	default:
		o.Agent = settings.IdentityAgent
	}
	o.IdentitiesOnly = settings.IdentitiesOnly
	o.CertificateFiles = a.absolute(settings.CertificateFiles)
	o.KeyFiles = a.absolute(settings.IdentityFiles)
	if home, ok := a.workspace.Lookup("HOME"); ok && len(o.KeyFiles) == 0 && !settings.NoIdentityFiles {
		o.KeyFiles = ssh.DefaultKeyFiles(home)
	}
	return nil
}

// absolute are files, those that are relative in the project.
func (a approach) absolute(files []string) []string {
	var absolute []string
	for _, file := range files {
		absolute = append(absolute, a.workspace.Path(file))
	}
	return absolute
}

// knownHosts sets what o takes for the host's keys.
func (a approach) knownHosts(ctx context.Context, h config.Host, o *ssh.Options, settings sshconfig.Settings) error {
	switch {
	case len(h.Fingerprint) > 0:
		return nil
	case secrets.IsRef(h.KnownHosts):
		value, err := a.workspace.Secrets.Resolve(ctx, h.KnownHosts)
		o.KnownHostsData = []byte(value.Reveal())
		return err
	case h.KnownHosts != "":
		file := a.workspace.Path(h.KnownHosts)
		if _, err := os.Stat(file); err != nil {
			return fmt.Errorf("reading known-hosts: %w", err)
		}
		o.KnownHosts = []string{file}
		return nil
	}
	home, _ := a.workspace.Lookup("HOME")
	of, global := ssh.UserKnownHosts(cmp.Or(home, "/root")), ssh.GlobalKnownHosts()
	if settings.UserKnownHosts != nil {
		of = a.absolute(settings.UserKnownHosts)
	}
	if settings.GlobalKnownHosts != nil {
		global = a.absolute(settings.GlobalKnownHosts)
	}
	o.KnownHosts = append(of, global...)
	return nil
}
