package dockerengine

import (
	"errors"
	"os/exec"
	"strings"

	"git.example/slipway/pipelines/command"
	"git.example/slipway/pipelines/engine"
)

// unavailable explains why the daemon does not answer.
func unavailable(err error) error {
	u := &engine.Unavailable{Engine: Name, Err: err, Problem: "the Docker daemon does not answer",
		Next: "see what \"docker version\" says"}
	text := err.Error()
	switch {
	case errors.Is(err, exec.ErrNotFound):
		u.Problem, u.Err = "Docker is not installed", nil
		u.Next = "install it (https://docs.docker.com/engine/install/)"
	case strings.Contains(text, "permission denied"):
		u.Problem, u.Err = "this user may not talk to the Docker daemon (permission denied on its socket)", nil
		u.Next = "join the group with \"sudo usermod -aG docker $USER\" and log in again"
	case strings.Contains(text, "Cannot connect"), strings.Contains(text, "Is the docker daemon running"),
		strings.Contains(text, "failed to connect to the docker API"):
		u.Problem = "the Docker daemon does not run"
		u.Err = errors.New(lastLine(printed(err)))
		u.Next = "start it (\"sudo systemctl start docker\", or Docker Desktop)"
	}
	return u
}

// printed is what a failed command printed, or err's text.
func printed(err error) string {
	var failed *command.Error
	if errors.As(err, &failed) && failed.Stderr != "" {
		return failed.Stderr
	}
	return err.Error()
}

// noPlugin explains a plugin that is missing, apart from one that fails.
func noPlugin(err error, name, where string) error {
	u := &engine.Unavailable{Engine: Name, Err: err, Problem: "docker " + name + " fails", Next: "see what \"docker " + name + "\" says"}
	var failed *command.Error
	if errors.As(err, &failed) && (strings.Contains(failed.Stderr, "is not a docker command") ||
		strings.Contains(failed.Stderr, "unknown command") || strings.Contains(failed.Stderr, "unknown flag")) {
		u.Problem, u.Err, u.Next = "the plugin docker "+name+" is not installed", nil, "install it ("+where+")"
	}
	return u
}

func lastLine(text string) string {
	text = strings.TrimSpace(text)
	return text[strings.LastIndexByte(text, '\n')+1:]
}
