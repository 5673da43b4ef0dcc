package campaign

import (
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"time"
)

// every is the time between two requests to an address. More often, and the load
// takes more of a small machine than what is tried.
const every = 50 * time.Millisecond

// load sends requests to every host until it is stopped, each on a connection of
// its own.
type load struct {
	quit    chan struct{}
	workers sync.WaitGroup

	mu       sync.Mutex
	requests int
	failed   []string
}

// answer is what a good one is.
var answer = regexp.MustCompile(`^r\d+$`)

func startLoad(urls []string) *load {
	l := &load{quit: make(chan struct{})}
	for _, url := range urls {
		l.workers.Go(func() {
			for {
				select {
				case <-l.quit:
					return
				case <-time.After(every):
				}
				began := time.Now()
				body, err := ask(url)
				if err == nil && !answer.MatchString(body) {
					err = fmt.Errorf("%.80q", body)
				}
				l.mu.Lock()
				if l.requests++; err != nil {
					l.failed = append(l.failed, fmt.Sprintf("%s at %s after %s: %v", url, began.Format("15:04:05.000"), time.Since(began).Round(time.Millisecond), err))
				}
				l.mu.Unlock()
			}
		})
	}
	return l
}

var client = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 15 * time.Second}

// ask is what a service answers.
func ask(url string) (string, error) {
	answer, err := client.Get(url)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %.80s", answer.Status, body)
	}
	return strings.TrimSpace(string(body)), err
}

// stop ends the load: no request may have failed.
func (l *load) stop(tr *trial) {
	tr.Helper()
	close(l.quit)
	l.workers.Wait()
	tr.line.Requests += l.requests
	tr.line.Failed += len(l.failed)
	if len(l.failed) > 0 {
		tr.wrong("%d of %d requests failed, such as %s", len(l.failed), l.requests, strings.Join(l.failed[:min(3, len(l.failed))], "; "))
	}
}
