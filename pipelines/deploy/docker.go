package deploy

import (
	"context"
	"io"
	"strings"

	"git.example/slipway/pipelines/command"
	"git.example/slipway/pipelines/shell"
)

// Docker is how the docker command of a host reaches its engine: as the user does
// who logs in when empty, by sudo, or at an address as DOCKER_HOST has it, such as
// unix:///run/user/1000/docker.sock.
type Docker string

// DockerBySudo runs the docker command as root, where the user may do just that.
const DockerBySudo Docker = "sudo"

// SudoDocker is the start of a docker command line by sudo. It asks nobody for a
// password, keeps the variables that compose interpolates, and leaves nothing of
// root's in the user's home directory.
var SudoDocker = []string{"sudo", "-n", "-H", "-E", "docker"}

// RunDocker is the variable that scripts which are started apart, such as a job,
// find Scripts in.
const RunDocker = "slipway_docker"

// Scripts is what a script begins with so that it runs docker that way.
func (d Docker) Scripts() string {
	switch d {
	case "":
		return ""
	case DockerBySudo:
		return "docker() { " + strings.Join(SudoDocker, " ") + ` "$@"; }`
	}
	return "export DOCKER_HOST=" + shell.Quote(string(d))
}

// Command is c that runs docker that way, if it is docker or a script for sh.
func (d Docker) Command(c command.Command) command.Command {
	if d == "" || len(c.Args) == 0 {
		return c
	}
	begin := d.Scripts() + "\nexport " + RunDocker + "=" + shell.Quote(d.Scripts()) + "\n"
	switch {
	case c.Args[0] == "docker" && d == DockerBySudo:
		c.Args = append(append([]string{}, SudoDocker...), c.Args[1:]...)
	case c.Args[0] == "docker":
		c.Env = append(append([]string{}, c.Env...), "DOCKER_HOST="+string(d))
	case len(c.Args) > 1 && c.Args[0] == "sh" && c.Args[1] == "-s" && c.Stdin != nil:
		c.Stdin = io.MultiReader(strings.NewReader(begin), c.Stdin)
	case len(c.Args) > 2 && c.Args[0] == "sh" && c.Args[1] == "-c":
		c.Args = append([]string{}, c.Args...)
		c.Args[2] = begin + c.Args[2]
	}
	return c
}

// WithDocker is a host whose commands run docker that way.
func WithDocker(h Host, d Docker) Host {
	if d == "" {
		return h
	}
	return dockerHost{h, d}
}

type dockerHost struct {
	Host
	docker Docker
}

// Run runs a program.
func (h dockerHost) Run(ctx context.Context, c command.Command, stdout, stderr io.Writer) error {
	return h.Host.Run(ctx, h.docker.Command(c), stdout, stderr)
}
