package registry

import (
	"net/http"
	"time"

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
