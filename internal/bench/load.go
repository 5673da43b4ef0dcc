package main

import (
	"io"
	"net/http"
	"sync"
	"time"
)

// seen is what load saw.
type seen struct {
	answered, failed int
	// away is the longest time without a good answer.
	away time.Duration
}

// load sends requests, each on a connection of its own, until it is stopped.
type load struct {
	quit    chan struct{}
	workers sync.WaitGroup

	mu   sync.Mutex
	seen seen
	last time.Time
}

// loadWorkers send one request after the other each.
const loadWorkers = 4

func startLoad(url string) *load {
	l := &load{quit: make(chan struct{}), last: time.Now()}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 5 * time.Second}
	for range loadWorkers {
		l.workers.Go(func() {
			for {
				select {
				case <-l.quit:
					return
				case <-time.After(5 * time.Millisecond):
				}
				l.note(ask(client, url))
			}
		})
	}
	return l
}

func ask(client *http.Client, url string) bool {
	answer, err := client.Get(url)
	if err != nil {
		return false
	}
	defer answer.Body.Close()
	_, err = io.Copy(io.Discard, answer.Body)
	return err == nil && answer.StatusCode == http.StatusOK
}

func (l *load) note(good bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !good {
		l.seen.failed++
		return
	}
	l.seen.answered++
	l.gap()
}

// gap ends a time without an answer.
func (l *load) gap() {
	now := time.Now()
	l.seen.away = max(l.seen.away, now.Sub(l.last))
	l.last = now
}

func (l *load) stop() seen {
	close(l.quit)
	l.workers.Wait()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.gap()
	return l.seen
}
