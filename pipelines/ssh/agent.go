package ssh

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"slices"
	"time"

	xssh "golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"
)

// addAgent takes the keys of the agent: first those that a file names, then the
// others, if they may be tried.
func (k *keys) addAgent(ctx context.Context, o Options, files []keyFile) {
	conn, err := (&net.Dialer{Timeout: o.timeout()}).DialContext(ctx, "unix", o.Agent)
	if err != nil {
		k.problems = append(k.problems, fmt.Sprintf("no SSH agent answers at %s (%v)", o.Agent, err))
		return
	}
	k.agent = conn
	conn.SetDeadline(time.Now().Add(2 * o.timeout()))
	signers, err := agent.NewClient(conn).Signers()
	switch {
	case err != nil:
		k.problems = append(k.problems, fmt.Sprintf("the SSH agent at %s can't be used (%v)", o.Agent, err))
	case len(signers) == 0:
		k.problems = append(k.problems, fmt.Sprintf("the SSH agent at %s has no keys; add one with ssh-add", o.Agent))
	}
	named := func(s xssh.Signer) bool {
		public := plainKey(s.PublicKey())
		return slices.ContainsFunc(files, func(f keyFile) bool { return f.public != nil && bytes.Equal(f.public.Marshal(), public.Marshal()) })
	}
	for _, s := range signers {
		if named(s) {
			k.take(s, "SSH agent")
		}
	}
	if o.IdentitiesOnly {
		return
	}
	for _, s := range signers {
		k.take(s, "SSH agent")
	}
}

// plainKey is a key without the certificate that it may come with.
func plainKey(key xssh.PublicKey) xssh.PublicKey {
	if certificate, ok := key.(*xssh.Certificate); ok {
		return certificate.Key
	}
	return key
}
