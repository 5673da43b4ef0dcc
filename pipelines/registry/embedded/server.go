package embedded

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"time"
)

// Server is a registry that is being served.
type Server struct {
	address string
	id      string
	drain   time.Duration
	http    *http.Server
	stop    context.CancelFunc
	serving sync.WaitGroup

	mu     sync.Mutex
	fresh  map[net.Conn]bool
	closed bool
}

// unusedGrace is how long Close leaves connections alone that have not sent a
// request yet.
const unusedGrace = 250 * time.Millisecond

// Serve serves the registry in o.Dir until Close. ctx bounds the start only.
func Serve(ctx context.Context, o Options) (*Server, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	failed := func(err error) (*Server, error) {
		return nil, fmt.Errorf("serving the embedded registry of %q: %w", o.Dir, err)
	}
	kept, err := openStore(o.Dir)
	if err != nil {
		return failed(err)
	}
	background, stop := context.WithCancel(withLog(context.WithoutCancel(ctx), o.Log))
	handler, err := kept.handler(background)
	if err != nil {
		stop()
		return failed(err)
	}
	listener, err := listen(ctx, o.Address, kept.id())
	if err != nil {
		stop()
		return failed(err)
	}
	s := &Server{address: o.Address, id: kept.id(), drain: o.Drain, stop: stop, fresh: map[net.Conn]bool{}}
	s.http = &http.Server{
		Handler:           identified(readableFull(handler, o.Dir), s.id),
		BaseContext:       func(net.Listener) context.Context { return withLog(context.Background(), o.Log) },
		ConnState:         s.track,
		ErrorLog:          log.New(io.Discard, "", 0),
		ReadHeaderTimeout: 30 * time.Second,
	}
	if listener != nil {
		s.address = listener.Addr().String()
		s.serve(listener)
	} else {
		s.serving.Go(func() { s.takeOver(background) })
	}
	if !o.KeepUploads {
		s.serving.Go(func() { purgeUploads(background, o.Dir, time.Now().Add(-uploadAge)) })
	}
	return s, nil
}

// Address is the host and port that the registry is reached at.
func (s *Server) Address() string { return s.address }

func (s *Server) serve(listener net.Listener) {
	s.serving.Go(func() { _ = s.http.Serve(listener) })
}

// takeOver serves as soon as the process that serves the address has ended.
func (s *Server) takeOver(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(50 * time.Millisecond):
		}
		if listener, err := listen(ctx, s.address, s.id); err == nil && listener != nil {
			_ = s.http.Serve(listener)
			return
		}
	}
}

// Close stops taking connections, waits for the requests in flight, and ends. An
// error says that some took too long and were cut off.
func (s *Server) Close() error {
	s.mu.Lock()
	closed := s.closed
	s.closed = true
	s.mu.Unlock()
	if closed {
		return nil
	}
	// Shutdown itself would wait five seconds for a connection that was opened
	// and never used.
	unused := time.AfterFunc(unusedGrace, s.closeUnused)
	defer unused.Stop()
	ctx, cancel := context.WithTimeout(context.Background(), s.drain)
	defer cancel()
	err := s.http.Shutdown(ctx)
	if err != nil {
		_ = s.http.Close()
		err = fmt.Errorf("closing the embedded registry on %s: requests were still running after %s and were cut off: %w", s.address, s.drain, err)
	}
	s.stop()
	s.serving.Wait()
	return err
}

func (s *Server) track(c net.Conn, state http.ConnState) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if state == http.StateNew {
		s.fresh[c] = true
	} else {
		delete(s.fresh, c)
	}
}

func (s *Server) closeUnused() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.fresh {
		_ = c.Close()
	}
}

// identified adds the header by which processes of one directory know each other.
func identified(next http.Handler, id string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set(idHeader, id)
		next.ServeHTTP(w, r)
	})
}
