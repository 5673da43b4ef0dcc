package main

import (
	"net"
	"regexp"
	"slices"

	"git.example/slipway/ci/internal/dagger"
)

// ownVariables are those that a container has of itself.
var ownVariables = []string{"HOME", "PATH", "SLIPWAY_EPHEMERAL", "SLIPWAY_RUN_ID"}

var variableName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// Pass the secret that slipway.yaml calls env://NAME
//
// Also one that AWS or Docker Hub knows by that name, such as
// AWS_SECRET_ACCESS_KEY or DOCKER_PASS.
func (s *Slipway) WithSecret(
	// NAME in env://NAME.
	name string,
	// Where the secret is: env://NAME, file://PATH, cmd://COMMAND, op://…, vault://…
	value *dagger.Secret,
) (*Slipway, error) {
	if !variableName.MatchString(name) {
		return nil, wrongUse("with-secret: %q is no variable name", name)
	}
	if slices.Contains(ownVariables, name) {
		return nil, wrongUse("with-secret: %s is the container's own: give it another name", name)
	}
	s.SecretNames, s.SecretValues = append(s.SecretNames, name), append(s.SecretValues, value)
	return s, nil
}

// Pass a variable that is no secret
//
// One that a compose file interpolates, or AWS's or a CI system's, such as
// AWS_REGION, CIRCLE_USERNAME or SLIPWAY_RUN_URL.
func (s *Slipway) WithVariable(
	// Its name.
	name string,
	// Its value.
	value string,
) (*Slipway, error) {
	if !variableName.MatchString(name) {
		return nil, wrongUse("with-variable: %q is no variable name", name)
	}
	if slices.Contains(ownVariables, name) {
		return nil, wrongUse("with-variable: %s is the container's own: give it another name", name)
	}
	s.Variables = append(s.Variables, name+"="+value)
	return s, nil
}

// Pass the login of a registry
func (s *Slipway) WithRegistryAuth(
	// Host of the registry, such as ghcr.io; docker.io for Docker Hub.
	address string,
	// User name; AWS for ECR.
	username string,
	// Password or token: env://NAME, file://PATH, cmd://COMMAND, op://…, vault://…
	secret *dagger.Secret,
) *Slipway {
	s.LoginHosts, s.LoginUsers = append(s.LoginHosts, address), append(s.LoginUsers, username)
	s.LoginSecrets = append(s.LoginSecrets, secret)
	return s
}

// Pass what hosts behind SSH are reached with
//
// What slipway.yaml says of a host's key and known hosts goes first.
func (s *Slipway) WithSSH(
	// Socket of an SSH agent, such as $SSH_AUTH_SOCK.
	// +optional
	agent *dagger.Socket,
	// Private key without a passphrase: file://PATH, env://NAME, op://…, vault://…
	// +optional
	key *dagger.Secret,
	// The hosts' keys, such as ~/.ssh/known_hosts.
	// +optional
	knownHosts *dagger.File,
) (*Slipway, error) {
	if agent == nil && key == nil && knownHosts == nil {
		return nil, wrongUse("with-ssh: give --agent, --key or --known-hosts")
	}
	if agent != nil {
		s.SSHAgent = agent
	}
	if key != nil {
		s.SSHKey = key
	}
	if knownHosts != nil {
		s.KnownHosts = knownHosts
	}
	return s, nil
}

// Reach something that only the caller's machine reaches
//
// Such as a host in a private network, or a registry on that machine: the engine
// connects through the caller.
func (s *Slipway) WithService(
	// Address in slipway.yaml: a host name or loopback address and the port, such as
	// app1.internal:22 or 127.0.0.1:5000.
	address string,
	// Where the caller reaches it, such as tcp://10.0.0.5:22.
	service *dagger.Service,
) (*Slipway, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, wrongUse("with-service: reading address %q: %v", address, err)
	}
	if net.ParseIP(host) != nil && !isLoopback(host) {
		return nil, wrongUse("with-service: %q is an IP address that is no loopback one; give the host a name in slipway.yaml", address)
	}
	s.ServiceAddresses, s.Services = append(s.ServiceAddresses, address), append(s.Services, service)
	return s, nil
}
