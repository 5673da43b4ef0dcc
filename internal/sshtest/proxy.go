package sshtest

import (
	"net"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"git.example/slipway/pipelines/ssh"
)

// Proxy stands between a client and a server, and fails as networks do.
type Proxy struct {
	Port int

	t      testing.TB
	server *Server
	mu     sync.Mutex
	thawed chan struct{} // closed while bytes move
	conns  []net.Conn
	count  int
	delay  time.Duration
}

// StartProxy starts a proxy in front of a server, until the test ends.
func StartProxy(t testing.TB, s *Server) *Proxy {
	t.Helper()
	l, err := net.Listen("tcp", Address+":0")
	if err != nil {
		t.Fatal(err)
	}
	p := &Proxy{Port: l.Addr().(*net.TCPAddr).Port, t: t, server: s, thawed: make(chan struct{})}
	close(p.thawed)
	go p.accept(l)
	t.Cleanup(func() {
		l.Close()
		p.Thaw()
		p.Cut()
	})
	return p
}

// Options are how to reach the server through the proxy.
func (p *Proxy) Options() ssh.Options {
	o := p.server.Options()
	known := filepath.Join(p.t.TempDir(), "known_hosts")
	write(p.t, known, p.server.KnownHostsLines(p.Port))
	o.Port, o.KnownHosts = p.Port, []string{known}
	return o
}

// Connections is how many connections were made through the proxy.
func (p *Proxy) Connections() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.count
}

// Cut ends all connections. New ones can be made.
func (p *Proxy) Cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.conns {
		c.Close()
	}
	p.conns = nil
}

// Freeze lets no byte through any more, also of new connections, and ends
// nothing: what a network does that drops packets.
func (p *Proxy) Freeze() {
	p.mu.Lock()
	defer p.mu.Unlock()
	select {
	case <-p.thawed:
		p.thawed = make(chan struct{})
	default:
	}
}

// Thaw ends Freeze.
func (p *Proxy) Thaw() {
	p.mu.Lock()
	defer p.mu.Unlock()
	select {
	case <-p.thawed:
	default:
		close(p.thawed)
	}
}

// Slow makes every packet take so long; zero ends it.
func (p *Proxy) Slow(delay time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.delay = delay
}

func (p *Proxy) accept(l net.Listener) {
	for {
		client, err := l.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("tcp", net.JoinHostPort(Address, strconv.Itoa(p.server.Port)))
		if err != nil {
			client.Close()
			continue
		}
		p.mu.Lock()
		p.conns = append(p.conns, client, server)
		p.count++
		p.mu.Unlock()
		go p.copy(client, server)
		go p.copy(server, client)
	}
}

func (p *Proxy) copy(to, from net.Conn) {
	defer to.Close()
	defer from.Close()
	buf := make([]byte, 32<<10)
	for {
		n, err := from.Read(buf)
		p.mu.Lock()
		thawed, delay := p.thawed, p.delay
		p.mu.Unlock()
		<-thawed
		time.Sleep(delay)
		if _, failed := to.Write(buf[:n]); failed != nil {
			return
		}
		if err != nil {
			return
		}
	}
}
