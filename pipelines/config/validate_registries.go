package config

import (
	"net"
	"strconv"
	"strings"

	"git.example/slipway/pipelines/lazy"
)

var (
	account      = lazy.Regexp(`^[0-9]{12}$`)
	host         = lazy.Regexp(`^([a-zA-Z0-9]([a-zA-Z0-9.-]*[a-zA-Z0-9])?|\[[0-9a-fA-F:]+\])(:[0-9]{1,5})?$`)
	hubNamespace = lazy.Regexp(`^[a-z0-9]+([_-]+[a-z0-9]+)*$`)
)

func validateRegistry(v validator, path string, e Entry[Registry]) {
	v.named(path, e.Name, entryName())
	r := e.Value
	if r.DockerHub != nil {
		v.matches(path+".dockerhub.namespace", r.DockerHub.Namespace, hubNamespace(), "a user or organisation of Docker Hub")
	}
	if r.ECR != nil {
		validateECR(v, path+".ecr", *r.ECR)
	}
	if r.OCI != nil {
		validateOCI(v, path+".oci", *r.OCI)
	}
	if r.Embedded != nil {
		validateLoopback(v, path+".embedded.address", r.Embedded.Address)
	}
}

func validateECR(v validator, path string, r ECR) {
	v.matches(path+".account", r.Account, account(), "the 12 digits of an AWS account")
	v.matches(path+".region", r.Region, region(), "an AWS region, such as us-east-1")
	v.matches(path+".host", r.Host, host(), "host or host:port, without https:// and without a path")
	validateSignIn(v, path, r.Role, r.ExternalID, r.Endpoint)
	if parts := role().FindStringSubmatch(r.Role); parts != nil && account().MatchString(r.Account) && parts[1] != r.Account {
		v.wrong(path+".role", "the role is of account %s, and the registry of account %s: correct one of them", parts[1], r.Account)
	}
}

func validateOCI(v validator, path string, r OCI) {
	switch strings.ToLower(r.Host) {
	case "docker.io", "index.docker.io", "registry-1.docker.io":
		v.wrong(path+".host", "Docker Hub has a kind of its own: write dockerhub: {namespace: %s}", r.Namespace)
	default:
		v.matches(path+".host", r.Host, host(), "host or host:port, without https:// and without a path")
	}
	v.matches(path+".namespace", r.Namespace, repositoryPath(), "lower-case words, separated by '/'")
	v.plainOrSecret(path+".username", r.Username)
	v.secret(path + ".password")
	_, user := v.values[path+".username"]
	_, password := v.values[path+".password"]
	if user != password {
		v.wrong(path, "username and password come together: give both, or none to use Docker's own configuration")
	}
}

// validateLoopback reports an address that others could reach, or that has no fixed port.
func validateLoopback(v validator, path, address string) {
	if address == "" {
		return
	}
	name, port, err := net.SplitHostPort(address)
	number, _ := strconv.Atoi(port)
	ip := net.ParseIP(name)
	if err != nil || number < 1 || number > 65535 || name != "localhost" && !ip.IsLoopback() {
		v.wrong(path, "%q is no loopback address with a port: want one such as %s", address, defaultAddress)
	}
}
