package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"

	"github.com/slipwayhq/slipway/ci/internal/dagger"
)

// forward listens on the addresses of registry services and passes connections
// on to them, until stop.
func (s *Slipway) forward(ctx context.Context) (stop func(), err error) {
	var listeners []net.Listener
	stop = func() {
		for _, l := range listeners {
			l.Close()
		}
	}
	for i, address := range s.ServiceAddresses {
		started, err := s.Services[i].Start(ctx)
		if err != nil {
			stop()
			return nil, fmt.Errorf("reaching the registry service for %s: %w", address, err)
		}
		endpoint, err := started.Endpoint(ctx, dagger.ServiceEndpointOpts{})
		if err != nil {
			stop()
			return nil, fmt.Errorf("reaching the registry service for %s: %w", address, err)
		}
		listener, err := net.Listen("tcp", address)
		if err != nil {
			stop()
			return nil, fmt.Errorf("serving registry %s: %w", address, err)
		}
		listeners = append(listeners, listener)
		go accept(listener, endpoint)
	}
	return stop, nil
}

func accept(listener net.Listener, endpoint string) {
	for {
		from, err := listener.Accept()
		if err != nil {
			return
		}
		go pass(from, endpoint)
	}
}

// pass copies both ways until both have ended.
func pass(from net.Conn, endpoint string) {
	defer from.Close()
	to, err := net.Dial("tcp", endpoint)
	if err != nil {
		return
	}
	defer to.Close()
	done := make(chan error, 2)
	oneWay := func(to, from net.Conn) {
		_, err := io.Copy(to, from)
		done <- errors.Join(err, to.(*net.TCPConn).CloseWrite())
	}
	go oneWay(to, from)
	go oneWay(from, to)
	<-done
	<-done
}
