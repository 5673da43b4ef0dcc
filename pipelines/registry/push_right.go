package registry

import (
	"context"
	"fmt"
	"net/http"

	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
)

// CheckPush is the error that a push to a repository would end with because the
// repository is not there, or not for this login. It begins an upload and drops it.
func (c *Client) CheckPush(ctx context.Context, repository string) error {
	repo, err := c.names.repository(repository)
	if err != nil {
		return err
	}
	begin := repo.Scheme() + "://" + repo.RegistryStr() + "/v2/" + repo.RepositoryStr() + "/blobs/uploads/"
	return c.access.write(ctx, fmt.Sprintf("looking whether %q can be pushed to", shown(repo)), repo, func(ctx context.Context, s *session) error {
		began, err := send(ctx, s, http.MethodPost, begin, http.StatusAccepted)
		if err != nil {
			return err
		}
		at, err := began.Location()
		if err != nil {
			return nil // the registry drops it by itself
		}
		_, _ = send(ctx, s, http.MethodDelete, at.String(), http.StatusNoContent)
		return nil
	})
}

// send is a request without a body, answered with one of the codes.
func send(ctx context.Context, s *session, method, url string, codes ...int) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, url, nil)
	if err != nil {
		return nil, err
	}
	resp, err := s.http.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	return resp, transport.CheckError(resp, codes...)
}
