package dockerengine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"
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

// prober asks Docker what it can do. The answer yes is remembered.
type prober struct {
	cli cli
	// timeout is how long Docker has to answer.
	timeout time.Duration

	mu    sync.Mutex
	found *backend
}

// backend is what there is, or an *engine.Unavailable with what is missing and
// how to get it.
func (p *prober) backend(ctx context.Context) (backend, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.found != nil {
		return *p.found, nil
	}
	ctx, cancel := p.limited(ctx)
	defer cancel()
	var builder []byte
	var builderErr error
	inspected := make(chan struct{})
	go func() {
		defer close(inspected)
		builder, builderErr = p.cli.docker("buildx", "inspect").Output(ctx)
	}()
	info, err := p.cli.docker("info", "--format", `{"error":{{json .ServerErrors}},"status":{{with .Info}}{{json .DriverStatus}}{{else}}null{{end}}}`).Output(ctx)
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
	p.found = &found
	return found, nil
}

// limited is ctx with the time that Docker has to answer.
func (p *prober) limited(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(ctx, p.timeout, fmt.Errorf("no answer within %s", p.timeout))
}

// compose looks for the compose plugin, which only compose checks need.
func (p *prober) compose(ctx context.Context) error {
	if _, err := p.backend(ctx); err != nil {
		return err
	}
	if _, err := p.cli.docker("compose", "version", "--short").Output(ctx); err != nil {
		return noPlugin(err, "compose", "https://docs.docker.com/compose/install/linux/ or the package docker-compose-plugin")
	}
	return nil
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
