package dockerengine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"time"

	"git.example/slipway/pipelines/command"
	"git.example/slipway/pipelines/engine"
)

// backend is what of Docker decides how an image is built and pushed.
type backend struct {
	// driver of the current buildx builder: docker, docker-container, remote, …
	driver string
	// old says that its BuildKit is older than 0.10: Docker before 23.0.
	old bool
	// containerd says that the daemon keeps images in containerd's store, which
	// can hold several platforms.
	containerd bool
}

// local says that builds end in the daemon's own image store.
func (b backend) local() bool { return b.driver == "docker" }

// probeTimeout is how long Docker has to answer.
const probeTimeout = 20 * time.Second

// Probe says whether Docker can be used here: nil, or an *engine.Unavailable
// with what is missing and how to get it. The answer yes is remembered.
func (e *Engine) Probe(ctx context.Context) error {
	_, err := e.probe(ctx)
	return err
}

func (e *Engine) probe(ctx context.Context) (backend, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.backend != nil {
		return *e.backend, nil
	}
	ctx, cancel := context.WithTimeoutCause(ctx, probeTimeout, errors.New("no answer within 20 s"))
	defer cancel()
	var builder []byte
	var builderErr error
	inspected := make(chan struct{})
	go func() {
		defer close(inspected)
		builder, builderErr = e.docker("buildx", "inspect").Output(ctx)
	}()
	info, err := e.docker("info", "--format", `{"error":{{json .ServerErrors}},"status":{{with .Info}}{{json .DriverStatus}}{{else}}null{{end}}}`).Output(ctx)
	<-inspected
	if err != nil {
		return backend{}, unavailable(err)
	}
	var answer struct {
		Error  []string
		Status [][2]string
	}
	if err := json.Unmarshal(info, &answer); err != nil {
		return backend{}, unavailable(err)
	}
	if len(answer.Error) > 0 { // old command lines end with 0 all the same
		return backend{}, unavailable(errors.New(strings.Join(answer.Error, "; ")))
	}
	found := backend{}
	for _, pair := range answer.Status {
		found.containerd = found.containerd || pair[0] == "driver-type" && strings.Contains(pair[1], "containerd")
	}
	if builderErr != nil {
		return backend{}, noPlugin(builderErr, "buildx", "https://docs.docker.com/build/install-buildx/ or the package docker-buildx-plugin")
	}
	found.driver = field(string(builder), "Driver:")
	found.old = oldBuildKit(field(string(builder), "BuildKit version:"))
	e.backend = &found
	return found, nil
}

// probeCompose looks for the compose plugin, which only compose checks need.
func (e *Engine) probeCompose(ctx context.Context) error {
	if _, err := e.probe(ctx); err != nil {
		return err
	}
	if _, err := e.docker("compose", "version", "--short").Output(ctx); err != nil {
		return noPlugin(err, "compose", "https://docs.docker.com/compose/install/linux/ or the package docker-compose-plugin")
	}
	return nil
}

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

// oldBuildKit tells versions such as "v0.8+unknown"; one that says nothing is
// taken for a new one.
func oldBuildKit(version string) bool {
	var major, minor int
	n, _ := fmt.Sscanf(version, "v%d.%d", &major, &minor)
	return n == 2 && major == 0 && minor > 0 && minor < 10
}

// field is the first value of a "Name: value" listing.
func field(listing, name string) string {
	for line := range strings.Lines(listing) {
		if value, ok := strings.CutPrefix(line, name); ok {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

func lastLine(text string) string {
	text = strings.TrimSpace(text)
	return text[strings.LastIndexByte(text, '\n')+1:]
}
