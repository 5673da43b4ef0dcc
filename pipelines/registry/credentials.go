package registry

import "context"

// Credentials are what the client logs in with at host: the login given for it
// in Options, else the provider's, else, for Docker Hub, DOCKER_USER and
// DOCKER_PASS, else what Docker's configuration and its credential helpers hold. Nothing found is no
// error but a Login with SourceNone.
func (c *Client) Credentials(ctx context.Context, host string) (Login, error) {
	return c.logins.of(ctx, canonicalHost(host))
}
