package ssh

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"

	xssh "golang.org/x/crypto/ssh"

	"git.example/slipway/pipelines/sshconfig"
)

// clientVersion is how we say hello; it is seen in sshd's log.
const clientVersion = "SSH-2.0-Slipway"

// dial makes a connection: through the jump host, if there is one.
func (d *destination) dial(ctx context.Context) (*connection, error) {
	c, err := d.login(ctx)
	if err != nil {
		return nil, fmt.Errorf("connecting to %s: %w", d.options.named(), err)
	}
	return c, nil
}

func (d *destination) login(ctx context.Context) (*connection, error) {
	o := d.options
	if o.Address == "" || o.User == "" {
		return nil, errors.New("it needs an address and a user")
	}
	keys, err := o.loadKeys(ctx)
	if err != nil {
		return nil, err
	}
	defer keys.close()
	hostKeys, err := o.loadHostKeys()
	if err != nil {
		return nil, err
	}
	wanted := hostKeys.algorithms()
	for {
		c, err := d.handshake(ctx, keys, hostKeys, wanted)
		if err == nil {
			return c, nil
		}
		if ctx.Err() != nil || errors.Is(err, errNoAnswer) {
			return nil, o.explain(err, keys) // the handshake may still be using hostKeys
		}
		if wanted = hostKeys.others(wanted, err); len(wanted) > 0 {
			continue
		}
		if hostKeys.refusal != nil {
			return nil, hostKeys.refusal
		}
		return nil, o.explain(err, keys)
	}
}

// handshake opens a connection and logs in, within the timeout.
func (d *destination) handshake(ctx context.Context, keys *keys, hostKeys *hostKeys, hostKeyAlgorithms []string) (*connection, error) {
	o := d.options
	var through *connection
	if d.jump != nil {
		var err error
		if through, err = d.jump.connect(ctx); err != nil {
			return nil, fmt.Errorf("its jump host can't be used: %w", err)
		}
	}
	ctx, cancel := context.WithTimeoutCause(ctx, o.timeout(), errNoAnswer)
	defer cancel()
	plain, err := open(ctx, through, o.hostPort())
	if err != nil {
		return nil, err
	}
	heard := newHearing(plain)
	config := &xssh.ClientConfig{
		Config: algorithms(),
		User:   o.User, Auth: []xssh.AuthMethod{xssh.PublicKeysCallback(keys.all)},
		AuthCallback:    keys.note,
		HostKeyCallback: hostKeys.check, HostKeyAlgorithms: hostKeyAlgorithms, ClientVersion: clientVersion,
	}
	type result struct {
		client *xssh.Client
		err    error
	}
	done := make(chan result, 1)
	go func() {
		conn, channels, requests, err := xssh.NewClientConn(heard, strings.ToLower(o.hostPort()), config)
		if err != nil {
			plain.Close()
			done <- result{err: err}
			return
		}
		done <- result{client: xssh.NewClient(conn, channels, requests)}
	}()
	select {
	case r := <-done:
		if r.err != nil {
			return nil, r.err
		}
		return newConnection(d, r.client, heard), nil
	case <-ctx.Done():
		go func() { // closing may block in a jump host's connection
			plain.Close()
			if r := <-done; r.client != nil {
				r.client.Close()
			}
		}()
		return nil, context.Cause(ctx)
	}
}

// open makes the connection below SSH.
func open(ctx context.Context, through *connection, address string) (net.Conn, error) {
	if through == nil {
		conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
		if err != nil && ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		return conn, err
	}
	conn, err := through.client.DialContext(ctx, "tcp", address)
	if err != nil && ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	var refused *xssh.OpenChannelError
	if errors.As(err, &refused) {
		if refused.Reason == xssh.Prohibited {
			return nil, fmt.Errorf("the jump host %s forwards no connections; set AllowTcpForwarding yes in its sshd_config", through.options)
		}
		return nil, fmt.Errorf("the jump host %s does not reach it: %s", through.options, refused.Message)
	}
	if err != nil && through.isLost() {
		return nil, through.lostError()
	}
	return conn, err
}

// errNoAnswer is the cause when connecting takes too long.
var errNoAnswer = errors.New("no answer")

// explain says what to do about a connection that was not made.
func (o Options) explain(err error, keys *keys) error {
	var dns *net.DNSError
	text := err.Error()
	switch {
	case errors.Is(err, errNoAnswer):
		return fmt.Errorf("no answer in %s; is the address right, is the host up, and does a firewall let port %d through?%s", o.timeout(), o.port(), o.notHonoured(sshconfig.Unreachable))
	case errors.Is(err, syscall.ECONNREFUSED):
		return fmt.Errorf("nothing listens on port %d there; is sshd running, and is the port right? (%w)%s", o.port(), err, o.notHonoured(sshconfig.Unreachable))
	case errors.As(err, &dns) && dns.IsNotFound:
		return fmt.Errorf("no such host; is the address right? (%w)%s", err, o.notHonoured(sshconfig.Unreachable))
	case asNegotiation(err) != nil:
		return o.nothingInCommon(asNegotiation(err))
	case strings.Contains(text, "unable to authenticate"), strings.Contains(text, "Too many authentication failures"):
		return keys.refused(o, err)
	case errors.Is(err, io.EOF), errors.Is(err, syscall.ECONNRESET):
		return fmt.Errorf("the host closed the connection during the login (%w); its sshd may have too many logins under way (MaxStartups), or refuse this address", err)
	}
	return err
}
