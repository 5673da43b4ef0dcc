package ssh

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	xssh "golang.org/x/crypto/ssh"
	"golang.org/x/sync/semaphore"
)

// sessionsAtOnce bounds the sessions of one connection: sshd's MaxSessions is
// 10. One of them is left for stopping programs.
const sessionsAtOnce = 8

// slots are the sessions that a connection may have. It learns from refusals
// when the host allows fewer.
type slots struct {
	free  *semaphore.Weighted
	mu    sync.Mutex
	used  int
	limit int
}

// fewestSlots are one for files and one for a program.
const fewestSlots = 2

func newSlots() *slots {
	return &slots{free: semaphore.NewWeighted(sessionsAtOnce - 1), limit: sessionsAtOnce - 1}
}

// refused gives a slot back, or for good if there are more than the host allows.
func (s *slots) refused() {
	s.mu.Lock()
	s.used--
	lower := s.used > 0 && s.limit > fewestSlots
	if lower {
		s.limit--
	}
	s.mu.Unlock()
	if !lower {
		s.free.Release(1)
	}
}

func (s *slots) count(change int) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.used += change
	return s.used
}

func (s *slots) release() {
	s.count(-1)
	s.free.Release(1)
}

// session opens a session when there may be one more. The caller calls release
// once, when it has ended.
func (c *connection) session(ctx context.Context) (ch xssh.Channel, requests <-chan *xssh.Request, release func(), err error) {
	for alone := 0; ; {
		if err := c.acquire(ctx); err != nil {
			return nil, nil, nil, err
		}
		others := c.slots.count(1) - 1
		ch, requests, err := c.open(ctx)
		if err == nil {
			return ch, requests, sync.OnceFunc(c.slots.release), nil
		}
		var refused *xssh.OpenChannelError
		if !errors.As(err, &refused) {
			c.slots.release()
			return nil, nil, nil, err
		}
		c.slots.refused()
		// Others make room when they end. If there are none, the host may still be
		// about to end a session that we saw the end of.
		if others == 0 || others == 1 && c.hasFiles() {
			alone++
		}
		if alone > 20 {
			return nil, nil, nil, fmt.Errorf("%s allows no session (%s); MaxSessions in its sshd_config must be 2 or more", c.options, refused.Message)
		}
		if err := c.pause(ctx, time.Duration(alone+1)*10*time.Millisecond); err != nil {
			return nil, nil, nil, err
		}
	}
}

// acquire takes a slot, and waits until there is one.
func (c *connection) acquire(ctx context.Context) error {
	if c.slots.free.TryAcquire(1) {
		return nil
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	done := make(chan struct{})
	defer close(done)
	go func() {
		select {
		case <-c.lost:
			cancel(c.lostError())
		case <-done:
		}
	}()
	if c.slots.free.Acquire(ctx, 1) != nil {
		return context.Cause(ctx)
	}
	return nil
}

// open opens a session whatever the slots say.
func (c *connection) open(ctx context.Context) (xssh.Channel, <-chan *xssh.Request, error) {
	var channel xssh.Channel
	var requests <-chan *xssh.Request
	var err error
	done := make(chan struct{})
	go func() {
		defer close(done)
		channel, requests, err = c.client.OpenChannel("session", nil)
	}()
	if stopped := c.wait(ctx, done); stopped != nil {
		go func() {
			<-done
			if err == nil {
				go xssh.DiscardRequests(requests)
				channel.Close()
			}
		}()
		return nil, nil, stopped
	}
	var refused *xssh.OpenChannelError
	if err != nil && !errors.As(err, &refused) {
		err = c.broken(err)
	}
	return channel, requests, err
}

// broken is the error of a request that the connection did not carry.
func (c *connection) broken(err error) error {
	c.lose(err)
	return c.lostError()
}

func (c *connection) pause(ctx context.Context, d time.Duration) error {
	done := make(chan struct{})
	timer := time.AfterFunc(d, func() { close(done) })
	defer timer.Stop()
	return c.wait(ctx, done)
}
