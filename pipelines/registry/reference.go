package registry

import (
	"fmt"
	"net"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
)

// dockerHub is Docker Hub as docker itself stores it.
const dockerHub = name.DefaultRegistry

// canonicalHost gives Docker Hub one name; it has several.
func canonicalHost(host string) string {
	switch host = strings.ToLower(host); host {
	case "", "docker.io", "www.docker.io", "registry-1.docker.io", "registry.hub.docker.com":
		return dockerHub
	}
	return host
}

// shownHost is how messages call a host.
func shownHost(host string) string {
	if canonicalHost(host) == dockerHub {
		return "docker.io"
	}
	return host
}

// names reads the names of repositories and images. It knows with which hosts
// plain HTTP may be spoken.
type names struct{ insecure map[string]bool }

func newNames(insecure []string) *names {
	n := &names{insecure: map[string]bool{}}
	for _, host := range insecure {
		n.insecure[canonicalHost(host)] = true
	}
	return n
}

// plain says that host may be spoken to over plain HTTP.
func (n *names) plain(host string) bool {
	return n.insecure[canonicalHost(host)] || loopback(host)
}

func loopback(host string) bool {
	bare := host
	if h, _, err := net.SplitHostPort(host); err == nil {
		bare = h
	}
	bare = strings.Trim(bare, "[]")
	ip := net.ParseIP(bare)
	return bare == "localhost" || strings.HasSuffix(bare, ".localhost") || ip != nil && ip.IsLoopback()
}

// hubAliases are written in front of a path where docker.io is meant.
var hubAliases = []string{"registry-1.docker.io/", "registry.hub.docker.com/", "www.docker.io/"}

func canonicalPath(s string) string {
	for _, alias := range hubAliases {
		if rest, ok := strings.CutPrefix(s, alias); ok {
			return "docker.io/" + rest
		}
	}
	return s
}

// repository parses "host/path".
func (n *names) repository(s string) (name.Repository, error) {
	repo, err := name.NewRepository(canonicalPath(s))
	if err != nil {
		return name.Repository{}, fmt.Errorf("reading repository name %q: %w", s, err)
	}
	if n.plain(repo.RegistryStr()) {
		return name.NewRepository(canonicalPath(s), name.Insecure)
	}
	return repo, nil
}

// reference parses "host/path:tag" or "host/path@digest"; the tag is latest
// when there is neither.
func (n *names) reference(s string) (name.Reference, error) {
	ref, err := name.ParseReference(canonicalPath(s))
	if err != nil {
		return nil, fmt.Errorf("reading image reference %q: %w", s, err)
	}
	if n.plain(ref.Context().RegistryStr()) {
		return name.ParseReference(canonicalPath(s), name.Insecure)
	}
	return ref, nil
}

// tagged is the tag named tag of repo. Unlike name.Repository.Tag it checks
// the name.
func tagged(repo name.Repository, tag string) (name.Tag, error) {
	ref, err := name.NewTag(repo.Name()+":"+tag, insecureOption(repo)...)
	if err != nil {
		return name.Tag{}, fmt.Errorf("reading tag %q: %w", tag, err)
	}
	return ref, nil
}

func digested(repo name.Repository, digest string) (name.Digest, error) {
	ref, err := name.NewDigest(repo.Name()+"@"+digest, insecureOption(repo)...)
	if err != nil {
		return name.Digest{}, fmt.Errorf("reading digest %q: %w", digest, err)
	}
	return ref, nil
}

func insecureOption(repo name.Repository) []name.Option {
	if repo.Scheme() == "http" {
		return []name.Option{name.Insecure}
	}
	return nil
}

// shown is how messages call a reference or a repository.
func shown(ref fmt.Stringer) string {
	s := ref.String()
	if rest, ok := strings.CutPrefix(s, dockerHub+"/"); ok {
		return "docker.io/" + rest
	}
	return s
}
