package main

import (
	"net"
	"regexp"

	"github.com/slipwayhq/slipway/ci/internal/dagger"
)

var variableName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// Pass the secret that slipway.yaml calls env://NAME
func (s *Slipway) WithSecret(
	// NAME in env://NAME.
	name string,
	// Where the secret is: env://NAME, file://PATH, cmd://COMMAND, op://…, vault://…
	value *dagger.Secret,
) (*Slipway, error) {
	if !variableName.MatchString(name) {
		return nil, wrongUse("with-secret: %q is no variable name", name)
	}
	s.SecretNames, s.SecretValues = append(s.SecretNames, name), append(s.SecretValues, value)
	return s, nil
}

// Pass a variable that is no secret
//
// One that a compose file interpolates, or a CI system's, such as CIRCLE_BUILD_URL.
func (s *Slipway) WithVariable(name string, value string) (*Slipway, error) {
	if !variableName.MatchString(name) {
		return nil, wrongUse("with-variable: %q is no variable name", name)
	}
	s.Variables = append(s.Variables, name+"="+value)
	return s, nil
}

// Pass the login of a registry
func (s *Slipway) WithRegistryAuth(
	// Host of the registry, such as ghcr.io; docker.io for Docker Hub.
	address string,
	username string,
	secret *dagger.Secret,
) *Slipway {
	s.LoginHosts, s.LoginUsers = append(s.LoginHosts, address), append(s.LoginUsers, username)
	s.LoginSecrets = append(s.LoginSecrets, secret)
	return s
}

// Reach a registry on the caller's own machine
//
// Under the loopback address that slipway.yaml has for it.
func (s *Slipway) WithRegistryService(
	// Address in slipway.yaml, such as 127.0.0.1:5000.
	address string,
	// The registry, such as tcp://127.0.0.1:5000.
	service *dagger.Service,
) (*Slipway, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, wrongUse("with-registry-service: reading address %q: %v", address, err)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, wrongUse("with-registry-service: %q is no loopback address; others are reached without this", address)
	}
	s.ServiceAddresses, s.Services = append(s.ServiceAddresses, address), append(s.Services, service)
	return s, nil
}
