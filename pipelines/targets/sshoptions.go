package targets

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"golang.org/x/net/idna"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/ssh"
	"git.example/slipway/pipelines/sshconfig"
	"git.example/slipway/pipelines/workspace"
)

// The variables of a deploy to one server, as CI settings often have them.
const (
	serverPort = "SERVER_PORT"
	serverUser = "SERVER_USER"
	deployPath = "DEPLOY_PATH"
)

// sshOptions are how a host is reached: as slipway.yaml says, else the variables of a
// deploy to one server, else ssh's configuration.
func (s *site) sshOptions(ctx context.Context, h config.Host) (ssh.Options, error) {
	return hopTo(s, ctx, h, way{})
}

// hopTo is how one host of a way is reached.
func hopTo(s *site, ctx context.Context, h config.Host, w way) (ssh.Options, error) {
	o, err := sshAddress(s, ctx, h)
	if err != nil {
		return o, err
	}
	settings, err := s.sshConfig(h, o)
	if err != nil {
		return o, err
	}
	if err := refuseUndecided(o, settings, h.Jump != nil || len(w.before) > 0); err != nil {
		return o, err
	}
	if err := completeOptions(s, &o, settings, strings.HasPrefix(h.Address, "env://")); err != nil {
		return o, err
	}
	if slices.Contains(w.passed, o.String()) || len(w.passed) > mostHops {
		return o, circle(append(w.passed, o.String()))
	}
	if err := sshKeys(s, ctx, h, &o, settings); err != nil {
		return o, err
	}
	if err := addKnownHosts(s, ctx, h, &o, settings); err != nil {
		return o, err
	}
	o.Jump, err = jumpTo(s, ctx, h, w.after(o, settings))
	return o, err
}

// sshAddress is what slipway.yaml and the variables say of a host.
func sshAddress(s *site, ctx context.Context, h config.Host) (ssh.Options, error) {
	o := ssh.Options{Port: h.Port, Fingerprints: h.Fingerprint, Timeout: h.Timeout.Or(0)}
	var err error
	if o.Address, err = s.workspace.Value(ctx, h.Address); err != nil {
		return o, err
	}
	if o.User, err = s.workspace.Value(ctx, h.User); err != nil {
		return o, err
	}
	if !strings.HasPrefix(h.Address, "env://") {
		return o, nil
	}
	o.Address = strings.TrimSpace(o.Address)
	if whole, ok := config.ParseHost(o.Address); ok { // it may have a user and a port
		o.Address, o.User, o.Port = whole.Address, cmp.Or(whole.User, o.User), cmp.Or(whole.Port, o.Port)
	}
	if o.User == "" {
		o.User, _ = s.workspace.Lookup(serverUser)
	}
	o.Port, err = s.serverPort(o.Port)
	return o, err
}

// completeOptions adds what ssh's configuration says of where the host is and who logs in.
func completeOptions(s *site, o *ssh.Options, settings sshconfig.Settings, fromEnvironment bool) error {
	if !strings.EqualFold(settings.HostName, o.Address) {
		o.Alias, o.AliasAt, o.Address = o.Address, settings.At.String(), settings.HostName
	}
	ascii, err := idna.Lookup.ToASCII(o.Address)
	if err == nil && ascii != strings.ToLower(o.Address) {
		o.Alias, o.Address = cmp.Or(o.Alias, o.Address), ascii
	}
	o.Port, o.HostKeyAlias, o.NotHonoured = settings.Port, settings.HostKeyAlias, settings.NotHonoured
	o.User = cmp.Or(o.User, settings.User)
	if o.User == "" {
		o.User, _ = s.workspace.Lookup("USER")
	}
	if o.User == "" {
		also := ""
		if fromEnvironment {
			also = ", or the variable " + serverUser
		}
		return workspace.Usage("nothing says which user to log in as: set user: of the host, or of the environment's ssh%s", also)
	}
	o.Timeout = cmp.Or(o.Timeout, settings.ConnectTimeout)
	if every := settings.ServerAliveInterval; every > 0 && every < ssh.Keepalive {
		o.Keepalive = every
	}
	return nil
}
