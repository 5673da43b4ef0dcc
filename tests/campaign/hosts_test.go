package campaign

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"

	"git.example/slipway/internal/sshtest"
)

// host is a machine behind a real sshd, whose stack is in a directory that has
// the same path on all of them. They share this machine's Docker: each calls its
// stack differently.
type host struct {
	*sshtest.Server
	// root is the path on the host, stack the compose project's name.
	root, stack string
	// dir is where the stack's directory really is, tmp what programs there have
	// for temporary files.
	dir, tmp string
	// address is that of the stack's proxy, as "127.0.0.1:port".
	address string
	// network is between Slipway and the host.
	network *sshtest.Proxy
}

// newHosts starts hosts, and gives the known_hosts file and the key for all.
func (w *world) newHosts(n int) (hosts []*host, known, key string) {
	w.t.Helper()
	root := "/srv/" + w.name
	var lines strings.Builder
	for i := range n {
		h := &host{root: root + "/app", stack: fmt.Sprintf("%s-%d", w.name, i+1), tmp: w.mkdir(fmt.Sprintf("tmp%d", i+1)), address: w.freeAddress()}
		h.Server = sshtest.Start(w.t, sshtest.Config{Mount: root, Env: append([]string{marker + "=" + w.name, "TMPDIR=" + h.tmp}, w.hostEnv...)})
		h.network = sshtest.StartProxy(w.t, h.Server)
		h.dir = filepath.Join(h.Dir, "app")
		h.mountable(w)
		w.write(filepath.Join(h.dir, ".env"), fmt.Sprintf("NAME=%s\nADDRESS=%s\nHERE=%s\n", h.stack, h.address, h.dir))
		lines.WriteString(h.KnownHostsLines(h.network.Port))
		if i > 0 {
			h.Authorize(hosts[0].Key + ".pub")
		}
		hosts = append(hosts, h)
	}
	w.t.Cleanup(func() { os.RemoveAll(root) }) // mount points, empty here, and what Docker made of a relative mount
	known = filepath.Join(w.dir, "known_hosts")
	w.write(known, lines.String())
	return hosts, known, hosts[0].Key
}

// mountable makes the directory that the proxy mounts: a host has to have it.
func (h *host) mountable(w *world) {
	w.t.Helper()
	if err := os.MkdirAll(filepath.Join(h.dir, "proxy"), 0o755); err != nil {
		w.t.Fatal(err)
	}
}

// sshAddresses are the hosts as slipway.yaml has them.
func sshAddresses(hosts []*host) string {
	var all []string
	for _, h := range hosts {
		all = append(all, fmt.Sprintf("%q", fmt.Sprintf("%s:%d", sshtest.Address, h.network.Port)))
	}
	return "[" + strings.Join(all, ", ") + "]"
}

func (w *world) freeAddress() string {
	w.t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		w.t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}
