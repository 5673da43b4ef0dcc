package targets

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/ssh"
	"git.example/slipway/pipelines/sshconfig"
	"git.example/slipway/pipelines/workspace"
)

// mostHops bounds how many hosts one goes through.
const mostHops = 16

// way is how one gets to a host, from the host that is deployed to backwards.
type way struct {
	// before are the hosts that ssh's configuration goes through to get there, the
	// nearest one last. Without any the host's own ProxyJump counts.
	before []sshconfig.Jump
	// passed are the hosts after it, as messages call them.
	passed []string
}

// after is the rest of the way, once the host of o is passed.
func (w way) after(o ssh.Options, settings sshconfig.Settings) way {
	if len(w.before) == 0 {
		w.before = settings.Jumps
	}
	w.passed = append(slices.Clip(w.passed), o.String())
	return w
}

// jump is the host to go through to h; nil for none. A jump host of slipway.yaml
// takes from h what it does not say itself; one of ssh's configuration is as that
// configuration says.
func (a approach) jump(ctx context.Context, h config.Host, w way) (*ssh.Options, error) {
	var jump config.Host
	switch n := len(w.before); {
	case h.Jump != nil:
		own := h.SSH
		own.Fingerprint, own.KnownHosts, own.Port, own.Jump = nil, "", 0, nil
		if len(h.Fingerprint) == 0 {
			own.KnownHosts = h.KnownHosts
		}
		jump, w.before = h.Jump.Over(&own), nil
	case n > 0:
		next := w.before[n-1]
		jump = config.Host{Address: next.Host, SSH: config.SSH{User: next.User, Port: next.Port, Config: h.Config, Timeout: h.Timeout}}
		w.before = w.before[:n-1]
	default:
		return nil, nil
	}
	through, err := a.hop(ctx, jump, w)
	if err != nil {
		return nil, fmt.Errorf("jump host %q: %w", jump.Address, err)
	}
	return &through, nil
}

// circle refuses jump hosts that lead to each other.
func circle(names []string) error {
	return workspace.Usage("the jump hosts go in a circle: %s; give the jump host a Host block of its own with ProxyJump none, above the one that has ProxyJump for all",
		strings.Join(names, " through "))
}
