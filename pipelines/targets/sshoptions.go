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

// approach is how hosts are reached.
type approach struct {
	workspace *workspace.Workspace
	// configs are what was read of ssh's configuration, by the file that was asked for.
	configs map[string]*sshconfig.Config
}

// options are how a host is reached: as slipway.yaml says, else the variables of a
// deploy to one server, else ssh's configuration.
func (a approach) options(ctx context.Context, h config.Host) (ssh.Options, error) {
	return a.hop(ctx, h, way{})
}

// hop is how one host of a way is reached.
func (a approach) hop(ctx context.Context, h config.Host, w way) (ssh.Options, error) {
	o, err := a.address(ctx, h)
	if err != nil {
		return o, err
	}
	settings, err := a.config(h, o)
	if err != nil {
		return o, err
	}
	if err := refuseUndecided(o, settings, h.Jump != nil || len(w.before) > 0); err != nil {
		return o, err
	}
	if err := a.complete(&o, settings, strings.HasPrefix(h.Address, "env://")); err != nil {
		return o, err
	}
	if slices.Contains(w.passed, o.String()) || len(w.passed) > mostHops {
		return o, circle(append(w.passed, o.String()))
	}
	if err := a.keys(ctx, h, &o, settings); err != nil {
		return o, err
	}
	if err := a.knownHosts(ctx, h, &o, settings); err != nil {
		return o, err
	}
	o.Jump, err = a.jump(ctx, h, w.after(o, settings))
	return o, err
}

// address is what slipway.yaml and the variables say of a host.
func (a approach) address(ctx context.Context, h config.Host) (ssh.Options, error) {
	o := ssh.Options{Port: h.Port, Fingerprints: h.Fingerprint, Timeout: h.Timeout.Or(0)}
	var err error
	if o.Address, err = a.workspace.Value(ctx, h.Address); err != nil {
		return o, err
	}
	if o.User, err = a.workspace.Value(ctx, h.User); err != nil {
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
		o.User, _ = a.workspace.Lookup(serverUser)
	}
	o.Port, err = a.serverPort(o.Port)
	return o, err
}

// complete adds what ssh's configuration says of where the host is and who logs in.
func (a approach) complete(o *ssh.Options, settings sshconfig.Settings, fromEnvironment bool) error {
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
		o.User, _ = a.workspace.Lookup("USER")
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
