package plantest

import (
	"net/http"
	"sync"
)

// Calls passes HTTP requests on, to a registry or to Docker, and notes those that are
// no reads.
type Calls struct {
	inner http.Handler

	mu     sync.Mutex
	all    int
	writes []string
}

// NewCalls passes requests on to inner.
func NewCalls(inner http.Handler) *Calls { return &Calls{inner: inner} }

// ServeHTTP notes a request and has inner answer it.
func (c *Calls) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	c.all++
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		c.writes = append(c.writes, r.Method+" "+r.URL.Path)
	}
	c.mu.Unlock()
	c.inner.ServeHTTP(w, r)
}

// Taken are how many calls there were since it was asked last, and which of them
// were no reads, as "POST /v2/x/blobs/uploads/".
func (c *Calls) Taken() (all int, writes []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	all, writes = c.all, c.writes
	c.all, c.writes = 0, nil
	return all, writes
}
