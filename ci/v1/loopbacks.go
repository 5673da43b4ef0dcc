// Code generated from ../loopbacks.go by make update; DO NOT EDIT.

package main

import (
	"context"
	"fmt"
	"net"
	"strconv"

	"git.example/slipway/ci/v1/internal/dagger"
)

// loopbacks binds services to a container: a name by that name, a loopback
// address by the words of a program that listens there and starts what follows.
func (s *Slipway) loopbacks(ctx context.Context, container *dagger.Container) ([]string, *dagger.Container, error) {
	var forwards []string
	for i, address := range s.ServiceAddresses {
		host, _, err := net.SplitHostPort(address)
		if err != nil {
			return nil, nil, fmt.Errorf("reading address %q: %w", address, err)
		}
		if !isLoopback(host) {
			container = container.WithServiceBinding(host, s.Services[i])
			continue
		}
		ports, err := s.Services[i].Ports(ctx)
		if err != nil {
			return nil, nil, fmt.Errorf("reaching the service for %s: %w", address, err)
		}
		if len(ports) == 0 {
			return nil, nil, wrongUse("the service for %s has no port: give one such as tcp://127.0.0.1:5000", address)
		}
		port, err := ports[0].Port(ctx)
		if err != nil {
			return nil, nil, fmt.Errorf("reaching the service for %s: %w", address, err)
		}
		name := "service-" + strconv.Itoa(i)
		container = container.WithServiceBinding(name, s.Services[i])
		forwards = append(forwards, address+"="+net.JoinHostPort(name, strconv.Itoa(port)))
	}
	if len(forwards) == 0 {
		return nil, container, nil
	}
	return append(append([]string{"loopback"}, forwards...), "--"), container, nil
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
