package daggerengine

import (
	"context"
	"sync"
)

// gate lets those pass together who agree on what names stand for. A Dagger
// session knows one value only of a secret's name, and one login only of a
// registry: work that uses the same name with another value waits.
type gate struct {
	mu   sync.Mutex
	held map[string]*holding
	// freed is closed when something is given back.
	freed chan struct{}
}

type holding struct {
	value   string
	holders int
}

func newGate() *gate { return &gate{held: map[string]*holding{}, freed: make(chan struct{})} }

// enter waits until all names are free or stand for the same values already.
func (g *gate) enter(ctx context.Context, values map[string]string) (leave func(), err error) {
	for {
		g.mu.Lock()
		if g.agrees(values) {
			for name, value := range values {
				if g.held[name] == nil {
					g.held[name] = &holding{value: value}
				}
				g.held[name].holders++
			}
			g.mu.Unlock()
			return sync.OnceFunc(func() { g.leave(values) }), nil
		}
		freed := g.freed
		g.mu.Unlock()
		select {
		case <-freed:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

func (g *gate) agrees(values map[string]string) bool {
	for name, value := range values {
		if h := g.held[name]; h != nil && h.value != value {
			return false
		}
	}
	return true
}

func (g *gate) leave(values map[string]string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for name := range values {
		if g.held[name].holders--; g.held[name].holders == 0 {
			delete(g.held, name)
		}
	}
	close(g.freed)
	g.freed = make(chan struct{})
}
