package registry

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"git.example/slipway/pipelines/report"
)

// What has to move so that a request goes on, see patience.
const (
	// leastMoved has to move in each period of Options.Stall. Even a slow line has
	// that in a second; a registry that drips never.
	leastMoved = 32 << 10
	// hashed is how many bytes a registry hashes in a second, at least.
	hashed = 10 << 20
	// hashingFor is how many periods it may hash a blob whose size is not known here.
	hashingFor = 10
	// waitNotices is the least time between two notices of one registry's waits.
	waitNotices = 15 * time.Second
)

// patience ends requests that do not get on, and tells the user about those that
// take their time. There is no limit for a whole request: a large upload over a
// slow line takes as long as it takes.
type patience struct {
	// stall is how long a request may not get on, tell when the user is told.
	stall, tell time.Duration
	reporter    report.Reporter

	mu sync.Mutex
	// told is when the user was told about a registry last.
	told map[string]time.Time
}

func newPatience(o Options) *patience {
	p := &patience{stall: o.Stall, tell: o.Tell, reporter: o.Reporter, told: map[string]time.Time{}}
	if p.stall == 0 {
		p.stall = 30 * time.Second
	}
	if p.tell == 0 {
		p.tell = 5 * time.Second
	}
	return p
}

// roundTrip is transport.RoundTrip for a registry, ended with a *stalledError
// when nothing moves; reading the response's body, too.
func (p *patience) roundTrip(transport http.RoundTripper, req *http.Request, registry string) (*http.Response, error) {
	ctx, cancel := context.WithCancelCause(req.Context())
	w := &watch{patience: p, cancel: cancel, registry: registry, host: req.URL.Host, answer: p.answer(req)}
	w.enter("answer", 0, w.answer)
	req = req.WithContext(ctx)
	if req.Body != nil && req.Body != http.NoBody {
		req.Body = w.sending(req.Body, req.ContentLength)
		if body := req.GetBody; body != nil {
			req.GetBody = func() (io.ReadCloser, error) {
				again, err := body()
				if err != nil {
					return nil, err
				}
				return w.sending(again, req.ContentLength), nil
			}
		}
	}
	resp, err := transport.RoundTrip(req)
	if err != nil {
		return nil, w.end(err)
	}
	resp.Body = w.receiving(resp.Body, resp.ContentLength)
	return resp, nil
}

// answer is how long a registry may think about a request that it has got: it
// may hash a blob that was uploaded.
func (p *patience) answer(req *http.Request) time.Duration {
	switch {
	case !strings.Contains(req.URL.Path, "/blobs/uploads/"):
		return p.stall
	case req.Method == http.MethodPut && req.ContentLength <= 0:
		return hashingFor * p.stall
	}
	return p.stall + time.Duration(max(req.ContentLength, 0)/(hashed/1000))*time.Millisecond
}

// say tells the user what is waited for, at times.
func (p *patience) say(registry string, s stalledError) {
	p.mu.Lock()
	recent := time.Since(p.told[registry]) < waitNotices
	if !recent {
		p.told[registry] = time.Now()
	}
	p.mu.Unlock()
	if !recent {
		p.reporter.Report(report.Notice{Level: report.Info, Text: fmt.Sprintf("waiting for %s: %s", server(registry, s.host), s.state())})
	}
}
