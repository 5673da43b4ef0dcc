package registry

import (
	"time"

	"git.example/slipway/pipelines/report"
)

// Client talks to registries. It keeps connections and tokens for as long as it
// lives and is safe for several goroutines.
type Client struct {
	names  *names
	logins *logins
	access *access
	store  *store
	placed *placed
	settle time.Duration
}

// New makes a client. It reads and sends nothing yet.
func New(o Options) *Client {
	if o.Reporter == nil {
		o.Reporter = report.Discard
	}
	if o.RetryFor == 0 {
		o.RetryFor = 2 * time.Minute
	}
	if o.Settle == 0 {
		o.Settle = 150 * time.Millisecond
	}
	if o.Lookup == nil {
		o.Lookup = func(string) (string, bool) { return "", false }
	}
	names, logins := newNames(o.Insecure), newLogins(o)
	wire := newWire(newTransports(&trust{o.Lookup, names.plain}, newProxies(o.Lookup), o.Transport), names.plain, newPatience(o))
	access := &access{
		sessions: newSessions(logins, wire),
		retry:    newRetrier(&explainer{logins, wire}, o.Reporter, o.RetryFor),
	}
	return &Client{
		names: names, logins: logins, access: access, store: &store{access}, placed: newPlaced(), settle: o.Settle,
	}
}
