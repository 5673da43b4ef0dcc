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
	// DOCKER_AUTH_CONFIG, DOCKER_CONFIG, HOME and XDG_CONFIG_HOME, SSL_CERT_FILE and
	// SSL_CERT_DIR, HTTPS_PROXY, HTTP_PROXY and NO_PROXY. Nothing is set when nil.
	Lookup func(name string) (string, bool)
	// Logins by host; they go before every other source. One without a username
	// makes the client anonymous there.
	Logins map[string]Login
	// Provider finds logins that expire; nobody does when nil.
	Provider Provider
	// Insecure are hosts that are spoken to over TLS that is not verified, and over
	// plain HTTP where they have no TLS. Loopback addresses always are.
	Insecure []string
	// Reporter gets a notice when a registry makes the client wait.
	Reporter report.Reporter
	// Transport carries the requests of all registries; one for each, with what
	// Docker trusts it with, when nil.
	Transport http.RoundTripper
	// RetryFor is how long one operation is tried again after passing errors.
	// 2 minutes when zero.
	RetryFor time.Duration
	// Stall is how long a request may not get on before it is given up: 32 KiB, or
	// what is left, have to move in that time. 30 seconds when zero.
	Stall time.Duration
	// Tell is how long a request may not get on before the user is told. 5 seconds
	// when zero.
	Tell time.Duration
	// Settle is how long Claim waits at least before it reads the winner. 150 ms
	// when zero.
	Settle time.Duration
}
