package daggerengine

import (
	"context"
	"fmt"
	"net"
	"strconv"

	"dagger.io/dagger"
	"github.com/distribution/reference"

	"git.example/slipway/pipelines/engine"
)

// endpoint is how the engine gets at a registry.
type endpoint struct {
	// reference of the image there.
	reference string
	// host is the registry in reference, as a login names it.
	host string
	// service leads from the engine to this machine, and from here to the
	// registry; nil when the engine goes there itself.
	service *dagger.Service
}

// registries are reached and logged in to through the session.
type registries struct{ conn *connection }

// endpoint finds the way to the registry of ref. This machine's loopback
// addresses are none of the engine's, even where it runs here: in its own
// network. And an engine insists on HTTPS unless its own configuration says
// otherwise. So both kinds are reached through this process, as a registry on
// the engine's loopback, with which plain HTTP is spoken.
func (r registries) endpoint(ref string, insecure bool) (endpoint, error) {
	named, err := reference.ParseNormalizedNamed(ref)
	if err != nil {
		return endpoint{}, fmt.Errorf("reading image reference %q: %w", ref, err)
	}
	domain := reference.Domain(named)
	host, port, err := net.SplitHostPort(domain)
	if err != nil {
		host, port = domain, "80"
	}
	if !engine.IsLoopback(host) && !insecure {
		return endpoint{reference: named.String(), host: domain}, nil
	}
	number, err := strconv.Atoi(port)
	if err != nil {
		return endpoint{}, fmt.Errorf("reading image reference %q: port %q", ref, port)
	}
	there := net.JoinHostPort("localhost", port)
	return endpoint{
		reference: there + named.String()[len(domain):],
		host:      there,
		service: r.conn.client.Host().Service([]dagger.PortForward{{Backend: number, Frontend: number, Protocol: dagger.NetworkProtocolTcp}},
			dagger.HostServiceOpts{Host: host}),
	}, nil
}

// login makes the session use auth with a registry, which another login has to
// wait for until release. It is the session's, not a container's: images are
// cached as without it. The session keeps a login that works until it ends.
func (r registries) login(ctx context.Context, host string, auth *engine.Auth) (release func(), err error) {
	if auth == nil {
		return func() {}, nil
	}
	release, err = r.conn.names.enter(ctx, map[string]string{"registry " + host: auth.Username + "\x00" + auth.Password.Reveal()})
	if err != nil {
		return nil, err
	}
	secret := r.conn.client.SetSecret("slipway login "+r.conn.next(), auth.Password.Reveal())
	if _, err := r.conn.client.Container().WithRegistryAuth(host, auth.Username, secret).ID(ctx); err != nil {
		release()
		return nil, explain("logging in to "+host, err)
	}
	return release, nil
}
