package ssh

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"sync"
)

// Pool keeps one connection for each destination, shared by everybody who asks
// for it: sshd limits how many there may be, and each costs a login. It is safe
// for several goroutines.
type Pool struct {
	mu           sync.Mutex
	destinations map[[sha256.Size]byte]*destination
	closed       bool
}

// NewPool makes a pool without connections.
func NewPool() *Pool {
	return &Pool{destinations: map[[sha256.Size]byte]*destination{}}
}

// Host is the host that o leads to. Nothing is dialled yet. Hosts of equal
// options share a connection, and so do hosts behind one jump host.
func (p *Pool) Host(o Options) *Host { return &Host{to: p.destination(o)} }

// Close ends all connections. What still runs on them ends with an error that
// wraps command.ErrLost, and nothing can be started any more.
func (p *Pool) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	for _, d := range p.destinations {
		d.close()
	}
	return nil
}

func (p *Pool) destination(o Options) *destination {
	var jump *destination
	if o.Jump != nil {
		jump = p.destination(*o.Jump)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	key := o.identity()
	d := p.destinations[key]
	if d == nil {
		d = &destination{options: o, jump: jump, closed: p.closed}
		p.destinations[key] = d
	}
	return d
}

// identity is equal for options that lead to the same connection. It holds no
// key, only a digest.
func (o Options) identity() (id [sha256.Size]byte) {
	sum := sha256.New()
	for hop := &o; hop != nil; hop = hop.Jump {
		same := *hop
		same.Jump, same.Port, same.Timeout, same.Keepalive = nil, hop.port(), hop.timeout(), hop.keepalive()
		json.NewEncoder(sum).Encode(same)
		fmt.Fprintf(sum, "%q\n", hop.Key.Reveal())
	}
	sum.Sum(id[:0])
	return id
}
