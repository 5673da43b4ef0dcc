package registry

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
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
		read := map[string]bool{}
		for next != nil {
			page, err := readPage(ctx, c.access, repo, next)
			if errors.Is(err, ErrNotFound) && len(read) == 0 {
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
			read[next.RequestURI()] = true
			if next = page.next; next != nil && read[next.RequestURI()] {
				yield("", fmt.Errorf("listing the tags of %q: %w", shown(repo), &answerError{
					problem: "its pages of tags go round in a circle: look at the registry, and at caches in between"}))
				return
			}
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
		raw, err := io.ReadAll(resp.Body)
		if err != nil {
			return err
		}
		p = page{}
		if err := json.Unmarshal(raw, &p); err != nil {
			return &answerError{problem: fmt.Sprintf("the answer is no list of tags: it is not valid JSON (%v)", err)}
		}
		p.next, err = nextPage(resp.Header.Get("Link"), at)
		return err
	})
	return p, err
}

// nextPage reads the header Link: </v2/app/tags/list?last=b&n=2>; rel="next". A
// registry behind a proxy may have an address in it that it knows itself by:
// whatever host it is, the page is asked of the one that is talked to.
func nextPage(link string, at *url.URL) (*url.URL, error) {
	target, _, ok := strings.Cut(strings.TrimPrefix(link, "<"), ">")
	if !ok || target == "" {
		return nil, nil
	}
	next, err := at.Parse(target)
	if err != nil {
		return nil, fmt.Errorf("reading the link to the next page: %w", err)
	}
	next.Scheme, next.Host, next.User = at.Scheme, at.Host, nil
	return next, nil
}
