package registry

import "context"

// Resolve finds what ref ("host/path:tag" or "host/path@digest") stands for. One
// that does not exist is ErrNotFound.
func (c *Client) Resolve(ctx context.Context, ref string) (Descriptor, error) {
	parsed, err := c.names.reference(ref)
	if err != nil {
		return Descriptor{}, err
	}
	return c.store.head(ctx, parsed)
}
