package registry

import (
	"net/http"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"git.example/slipway/pipelines/report"
)

// Options configure a Client. The zero value is a client that logs in with
// Docker's own configuration only and reports nothing.
type Options struct {
	// Lookup reads the environment: DOCKER_USER, DOCKER_PASS, DOCKER_PASSWORD,
	// DOCKER_CONFIG and HOME. Nothing is set when nil.
	Lookup func(name string) (string, bool)
	// Logins by host; they go before every other source. One without a username
	// makes the client anonymous there.
	Logins map[string]Login
	// Provider finds logins that expire; nobody does when nil.
	Provider Provider
	// Insecure are hosts that may be spoken to over plain HTTP.
	Insecure []string
	// Reporter gets a notice when a registry makes the client wait.
	Reporter report.Reporter
	// Transport carries the requests; one with Go's defaults when nil.
	Transport http.RoundTripper
	// RetryFor is how long one operation is tried again after passing errors.
	// 2 minutes when zero.
	RetryFor time.Duration
	// Settle is how long Claim waits at least before it reads the winner. 150 ms
	// when zero.
	Settle time.Duration
}

// Client talks to registries. It keeps connections and tokens for as long as it
// lives and is safe for several goroutines.
type Client struct {
	logins    *logins
	insecure  map[string]bool
	transport http.RoundTripper
	reporter  report.Reporter
	retryFor  time.Duration
	settle    time.Duration
	placed    placed

	opening  singleflight.Group
	mu       sync.Mutex
	sessions map[string]*session
	noticed  map[string]time.Time
}

// parallel is how many requests one call has in flight at most.
const parallel = 8

// New makes a client. It reads and sends nothing yet.
func New(o Options) *Client {
	c := &Client{
		logins:   newLogins(o),
		insecure: map[string]bool{},
		reporter: o.Reporter,
		retryFor: o.RetryFor,
		settle:   o.Settle,
		sessions: map[string]*session{},
		noticed:  map[string]time.Time{},
	}
	for _, host := range o.Insecure {
		c.insecure[canonicalHost(host)] = true
	}
	if c.reporter == nil {
		c.reporter = report.Discard
	}
	if c.retryFor == 0 {
		c.retryFor = 2 * time.Minute
	}
	if c.settle == 0 {
		c.settle = 150 * time.Millisecond
	}
	base := o.Transport
	if base == nil {
		base = newTransport()
	}
	c.transport = &wire{next: base, plain: c.plain, pings: map[string]*ping{}}
	return c
}
