package targets

import (
	"context"
	"fmt"
	"path"
	"strings"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/ssh"
	"git.example/slipway/pipelines/workspace"
)

// machine is one host of a target.
type machine struct {
	// name as messages and --host have it; empty for this machine. Alias is what
	// slipway.yaml calls it, where ssh's configuration has another address for that.
	name, alias string
	host        deploy.Host
	// ssh is the same host; nil for this machine.
	ssh *ssh.Host
	// dir is the target's directory there, absolute.
	dir string
	// docker is how its docker command is run.
	docker deploy.Docker
}

// withDocker is the host, with docker run as it has to be there.
func (m machine) withDocker() deploy.Host { return deploy.WithDocker(m.host, m.docker) }

// machines are where a target runs that has these hosts, and dir as its path.
// Nothing is connected yet.
func (s *site) machines(ctx context.Context, hosts []config.Host, dir string) ([]machine, error) {
	if len(hosts) == 0 {
		return []machine{{host: deploy.LocalHost{}, dir: s.workspace.Path(dir)}}, nil
	}
	machines := make([]machine, len(hosts))
	names := map[string]bool{}
	for i, h := range hosts {
		m, err := s.machine(ctx, h.Over(s.config.SSH), dir)
		if err != nil {
			return nil, fmt.Errorf("host %q: %w", h.Address, err)
		}
		if names[m.name] {
			return nil, workspace.Usage("host %q is there twice", m.name)
		}
		names[m.name], machines[i] = true, m
	}
	return machines, nil
}

// machine is one of them. The variables of a one-server deploy stand for what a
// host whose address comes from the environment does not say.
func (s *site) machine(ctx context.Context, h config.Host, dir string) (machine, error) {
	fromEnvironment := strings.HasPrefix(h.Address, "env://")
	o, err := s.approach.options(ctx, h)
	if err != nil {
		return machine{}, err
	}
	if fromEnvironment && dir == "" {
		dir, _ = s.workspace.Lookup(deployPath)
	}
	if dir == "" {
		dir = homeOf(o.User)
	}
	if !path.IsAbs(dir) {
		return machine{}, workspace.Usage("%s is %q: want an absolute path on the host", deployPath, dir)
	}
	host := s.pool.Host(o)
	s.hosts[o.String()] = host
	return machine{name: o.String(), alias: o.Alias, host: host, ssh: host, dir: path.Clean(dir), docker: deploy.Docker(h.Docker)}, nil
}

// homeOf is a user's home directory where hosts have it by default.
func homeOf(user string) string {
	if user == "root" {
		return "/root"
	}
	return "/home/" + user
}

// firstMachine is the first of them: the one with the journal.
func (s *site) firstMachine(ctx context.Context, hosts []config.Host, dir string) (machine, error) {
	machines, err := s.machines(ctx, hosts[:min(1, len(hosts))], dir)
	if err != nil {
		return machine{}, err
	}
	return machines[0], nil
}

// String is where the target is there: the machine, and the directory.
func (m machine) String() string { return m.name + ":" + m.dir }

// called says whether name means this machine: all of its name, just the address of
// it, or its alias.
func (m machine) called(name string) bool {
	_, address, ok := strings.Cut(m.name, "@")
	host, _, _ := strings.Cut(address, ":")
	return name == m.name || m.alias != "" && name == m.alias || ok && (name == address || name == host)
}
