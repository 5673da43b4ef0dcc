package registry

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
)

// pageSize is how many tags a page has; Amazon ECR allows no more.
const pageSize = 1000

// Tags yields the tags of a repository, page by page, in the registry's order. A
// repository that does not exist has none. The sequence ends with its first error.
func (c *Client) Tags(ctx context.Context, repository string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		repo, err := c.names.repository(repository)
		if err != nil {
			yield("", err)
			return
		}
		next := &url.URL{
			Scheme: repo.Scheme(), Host: repo.RegistryStr(), Path: "/v2/" + repo.RepositoryStr() + "/tags/list",
			RawQuery: fmt.Sprintf("n=%d", pageSize),
		}
		for next != nil {
			page, err := readPage(ctx, c.access, repo, next)
			if errors.Is(err, ErrNotFound) {
				return
			}
			if err != nil {
				yield("", err)
				return
			}
			for _, tag := range page.Tags {
				if !yield(tag, nil) {
					return
				}
			}
			next = page.next
		}
	}
}

// HasRepository says whether a repository is there, as far as this login may know.
func (c *Client) HasRepository(ctx context.Context, repository string) (bool, error) {
	repo, err := c.names.repository(repository)
	if err != nil {
		return false, err
	}
	_, err = readPage(ctx, c.access, repo, &url.URL{
		Scheme: repo.Scheme(), Host: repo.RegistryStr(), Path: "/v2/" + repo.RepositoryStr() + "/tags/list", RawQuery: "n=1",
	})
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

type page struct {
	Tags []string `json:"tags"`
	next *url.URL
}

func readPage(ctx context.Context, with *access, repo name.Repository, at *url.URL) (p page, err error) {
	err = with.read(ctx, fmt.Sprintf("listing the tags of %q", shown(repo)), repo, func(ctx context.Context, s *session) error {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, at.String(), nil)
		if err != nil {
			return err
		}
		resp, err := s.http.Do(req)
		if err != nil {
			return err
		}
		defer func() { _ = resp.Body.Close() }()
		if err := transport.CheckError(resp, http.StatusOK); err != nil {
			return err
		}
		p = page{}
		if err := json.NewDecoder(resp.Body).Decode(&p); err != nil {
			return fmt.Errorf("reading the answer: %w", err)
		}
		p.next, err = nextPage(resp.Header.Get("Link"), at)
		return err
	})
	return p, err
}

// nextPage reads the header Link: </v2/app/tags/list?last=b&n=2>; rel="next".
func nextPage(link string, at *url.URL) (*url.URL, error) {
	target, _, ok := strings.Cut(strings.TrimPrefix(link, "<"), ">")
	if !ok || target == "" {
		return nil, nil
	}
	next, err := at.Parse(target)
	if err != nil {
		return nil, fmt.Errorf("reading the link to the next page: %w", err)
	}
	if next.Host != at.Host {
		return nil, fmt.Errorf("the next page is on another host, %s", next.Host)
	}
	next.Scheme = at.Scheme
	return next, nil
}
