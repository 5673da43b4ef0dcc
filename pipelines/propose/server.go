package propose

import (
	"fmt"
	"slices"
	"strings"

	"git.example/slipway/pipelines/lazy"
)

// Server is how an environment on servers is deployed to.
type Server struct {
	// Hosts are addresses such as deploy@app1.example.com.
	Hosts []string
	// Registry is where images go that the servers pull, such as docker.io/acme.
	Registry string
}

// ecrHost is the host of a private registry on Amazon ECR.
var ecrHost = lazy.Regexp(`^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com$`)

// registry is what slipway.yaml calls the registry, and YAML what it says of it.
func (s Server) registry() (name, yaml string, err error) {
	host, namespace, _ := strings.Cut(strings.TrimSuffix(s.Registry, "/"), "/")
	switch m := ecrHost().FindStringSubmatch(host); {
	case s.Registry == "":
		return "", "", fmt.Errorf("servers pull images from a registry that they reach: say which with --registry, such as docker.io/acme or ghcr.io/acme")
	case m != nil:
		return "ecr", fmt.Sprintf(`{ecr: {account: "%s", region: %s}}`, m[1], m[2]), nil
	case host == "docker.io" && namespace != "" && !strings.Contains(namespace, "/"):
		return "hub", "{dockerhub: {namespace: " + scalar(namespace) + "}}", nil
	case !strings.ContainsAny(host, ".:") || strings.ContainsAny(s.Registry, " {}#'\"$@"):
		return "", "", fmt.Errorf("%q is no registry: want HOST/NAMESPACE, such as docker.io/acme, ghcr.io/acme or 111111111111.dkr.ecr.us-east-1.amazonaws.com", s.Registry)
	case namespace == "":
		return "registry", "{oci: {host: " + quoted(host) + "}}", nil
	}
	return "registry", "{oci: {host: " + quoted(host) + ", namespace: " + scalar(namespace) + "}}", nil
}

// quoted is a host as YAML: one with a port would be a mapping elsewhere.
func quoted(s string) string { return `"` + s + `"` }

var hostAddress = lazy.Regexp(`^([A-Za-z0-9._-]+@)?[A-Za-z0-9._-]+(:\d+)?$`)

// Validate says what is wrong with the hosts and the registry.
func (s Server) Validate() error {
	if at := slices.IndexFunc(s.Hosts, func(h string) bool { return !hostAddress().MatchString(h) }); at >= 0 {
		return fmt.Errorf("%q is no host: want USER@ADDRESS, such as deploy@app1.example.com", s.Hosts[at])
	}
	_, _, err := s.registry()
	return err
}

// server is the environment of servers as the template wants it.
type server struct {
	Name, Registry string
	Hosts          []string
}
