package rehearsal

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"git.example/slipway/pipelines/deploy"
)

// dockerScript says what a host's Docker is, and what may be why it is not reached.
const dockerScript = `
try() { name=$1; shift; out=$("$@" 2>&1 </dev/null); say "$name-code" $? "$name" "$out"; }
try version docker version --format '{{.Server.Version}}'
say user "$(id -un)" groups "$(id -Gn)" uid "$(id -u)" host "$DOCKER_HOST" context "$DOCKER_CONTEXT"
say socket "$(ls -l "${DOCKER_SOCKET:-/var/run/docker.sock}" 2>/dev/null | { read -r mode _ owner group _; echo "$group"; })"
while IFS=: read -r group _ _ members; do
	[ "$group" != docker ] || say group yes members ",$members,"
done </etc/group 2>/dev/null
for file in /usr/bin/docker /usr/local/bin/docker /snap/bin/docker /opt/bin/docker "$HOME/bin/docker"; do
	[ ! -x "$file" ] || say file "$file"
done
# Only for a host whose docker does not answer: the other ways.
` + `[ "$1" != more ] || {
	command -v sudo >/dev/null 2>&1 && try sudo ` + "`sudo`" + ` || :
	for own in "${XDG_RUNTIME_DIR:-/run/user/$(id -u)}/docker.sock" "/run/user/$(id -u)/docker.sock" "$HOME/.docker/run/docker.sock"; do
		[ -S "$own" ] && [ -z "$rootless" ] && rootless=$(DOCKER_HOST=unix://$own command docker version --format '{{.Server.Version}}' 2>/dev/null) && say rootless "unix://$own" || :
	done
}
exit 0
`

// Docker asks the host's Docker, and finds out why it does not answer.
func (s *Stages) Docker(ctx context.Context, how deploy.Docker) deploy.Finding {
	return Step(ctx, "docker", func(ctx context.Context) (string, string, error) {
		script := strings.ReplaceAll(dockerScript, "`sudo`", strings.Join(deploy.SudoDocker, " ")+" version --format '{{.Server.Version}}'")
		found, err := facts(ctx, s.host, script)
		if err != nil {
			return "", "", err
		}
		if found["version-code"] == "0" && found["version"] != "" {
			return OneLine(found["version"]) + reached(how), "", nil
		}
		if how == "" {
			if more, err := facts(ctx, s.host, script, "more"); err == nil {
				found = more
			}
		}
		advice := dockerAdvice(found, how)
		return "", advice, errors.New(found["version"])
	})
}

// NoCommand says of a finding of Docker that there is no docker command to ask
// anything else.
func NoCommand(docker deploy.Finding) bool {
	return !docker.OK && (strings.Contains(docker.Found, "not found") || strings.Contains(docker.Found, "sudo"))
}

// reached is how docker was reached where that is not the usual way.
func reached(how deploy.Docker) string {
	switch how {
	case "":
		return ""
	case deploy.DockerBySudo:
		return " by sudo"
	}
	return " at " + string(how)
}

// dockerAdvice is what to do about a Docker that does not answer.
func dockerAdvice(found map[string]string, how deploy.Docker) string {
	said := found["version"]
	has := func(texts ...string) bool {
		return slices.ContainsFunc(texts, func(text string) bool { return strings.Contains(said, text) })
	}
	user := found["user"]
	switch {
	case how == deploy.DockerBySudo && has("sudo: not found", "sudo: command not found"):
		return "install sudo, or take docker: sudo out of slipway.yaml"
	case how == deploy.DockerBySudo && has("a password is required", "terminal is required", "may not run sudo", "not in the sudoers", "not allowed to execute"):
		return sudoersAdvice(user, found["file"])
	case how == deploy.DockerBySudo && has("not allowed to preserve", "not allowed to set"):
		return "sudo has to let variables through, which compose needs: " + sudoersAdvice(user, found["file"])
	case how == deploy.DockerBySudo && has("must have a tty"):
		return fmt.Sprintf("sudo wants a terminal (requiretty): `Defaults:%s !requiretty` in /etc/sudoers.d/deploy", user)
	case has("unable to resolve docker endpoint", "context not found", "current context"):
		if context := found["context"]; context != "" {
			return fmt.Sprintf("DOCKER_CONTEXT is %s there, which is none: take it out of the startup files or the environment that set it", context)
		}
		return "the user's docker context is none: `docker context use default`, there"
	case found["rootless"] != "":
		return fmt.Sprintf("this user has a Docker of its own: `docker context use rootless` there, or docker: %s of the host in slipway.yaml", found["rootless"])
	case has("not found", "No such file or directory") && !has("dial unix") && found["file"] != "":
		return fmt.Sprintf("%s is there, and not in the PATH that commands over SSH have: set PATH in /etc/environment, or SetEnv in its sshd_config", found["file"])
	case has("not found") && !has("dial "):
		return "install Docker: https://docs.docker.com/engine/install/"
	case how == "" && found["host"] != "":
		return fmt.Sprintf("DOCKER_HOST is %s there: take it out of the startup file or the environment that sets it, or start what is to answer there", found["host"])
	case has("permission denied"):
		return groupAdvice(found)
	case how != "" && how != deploy.DockerBySudo:
		return "nothing answers at docker: of the host in slipway.yaml; is that the right address, and does it run? (loginctl enable-linger keeps it after the user has logged out)"
	}
	return "start Docker: `sudo systemctl enable --now docker`"
}

func sudoersAdvice(user, docker string) string {
	if docker == "" {
		docker = "/usr/bin/docker"
	}
	return fmt.Sprintf("put this line into /etc/sudoers.d/deploy: `%s ALL=(root) NOPASSWD:SETENV: %s`", user, docker)
}

// groupAdvice is for a user who may not open Docker's socket.
func groupAdvice(found map[string]string) string {
	user := found["user"]
	group := found["socket"]
	switch {
	case found["sudo-code"] == "0":
		return fmt.Sprintf("sudo -n docker works there: docker: sudo of the host in slipway.yaml, or `sudo usermod -aG docker %s` and log in again", user)
	case strings.Contains(found["members"], ","+user+",") && !slices.Contains(strings.Fields(found["groups"]), "docker"):
		return fmt.Sprintf("%s is in the group docker, but this login is not: end what keeps old logins (`sudo loginctl terminate-user %s`), and log in again", user, user)
	case found["group"] == "":
		return fmt.Sprintf("there is no group docker: `sudo groupadd docker && sudo usermod -aG docker %s && sudo systemctl restart docker`, and log in again; or docker: sudo in slipway.yaml", user)
	case group != "" && group != "docker":
		return fmt.Sprintf("Docker's socket is of the group %s: `sudo usermod -aG %s %s`, and log in again", group, group, user)
	}
	return fmt.Sprintf("let the user talk to Docker: `sudo usermod -aG docker %s`, and log in again; or docker: sudo in slipway.yaml, where the user may do that", user)
}

// Images is the space where Docker's images are.
func (s *Stages) Images(ctx context.Context) (deploy.Finding, bool) {
	out, err := output(ctx, s.host, `root=$(docker info --format '{{.DockerRootDir}}' 2>/dev/null) && [ -d "$root" ] && echo "$root"; exit 0`)
	if root := strings.TrimSpace(out); err == nil && root != "" {
		return space(ctx, s.host, "images", root, leastForImages), true
	}
	return deploy.Finding{}, false
}
