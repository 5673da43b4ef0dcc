package daggerengine

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
	"sync"

	"dagger.io/dagger"
	"github.com/compose-spec/compose-go/v2/types"
)

// serviceLogBytes is how much of a service's output is kept for a failure.
const serviceLogBytes = 64 << 10

// composeServices are the services of a check that run, and what they run with.
type composeServices struct {
	conn    *connection
	runner  runner
	project composeProject
	mounts  composeMounts
	byName  map[string]*composeService
}

// add adds a service that runs in image.
func (s *composeServices) add(service types.ServiceConfig, image *dagger.Container) {
	s.byName[service.Name] = &composeService{all: s, service: service, image: image, output: newTail(serviceLogBytes), ready: make(chan struct{})}
}

// composeService is a service of a check that runs.
type composeService struct {
	all     *composeServices
	service types.ServiceConfig
	image   *dagger.Container
	output  *tail
	// ready is closed when the service is what those want who depend on it:
	// started, healthy, or ended with code.
	ready chan struct{}
	code  int

	mu       sync.Mutex
	running  *dagger.Service
	follower *follower
}

func (s *composeService) name() string { return s.service.Name }

// wait waits for what the service depends on.
func (s *composeService) wait(ctx context.Context) error {
	for _, name := range sortedKeys(s.service.DependsOn) {
		other, condition := s.all.byName[name], s.service.DependsOn[name]
		if other == nil {
			continue // an optional one that is not there
		}
		select {
		case <-other.ready:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		if condition.Condition == types.ServiceConditionCompletedSuccessfully && condition.Required && other.code != 0 {
			return fmt.Errorf("service %q, which %q waits for, ended with exit code %d", name, s.name(), other.code)
		}
	}
	return nil
}

// start starts the service, and returns when those can go on who depend on it.
func (s *composeService) start(ctx context.Context) error {
	container, args, err := s.container(ctx)
	if err != nil {
		return err
	}
	if s.all.project.oneShot(s.name()) {
		_, s.code, err = s.all.runner.exec(ctx, container, args, s.output)
		if err != nil {
			return explain(fmt.Sprintf("running service %q", s.name()), err)
		}
		close(s.ready)
		return nil
	}
	if err := s.serve(ctx, container, args); err != nil {
		return err
	}
	close(s.ready)
	return nil
}

// serve starts the service under its name.
func (s *composeService) serve(ctx context.Context, container *dagger.Container, args []string) error {
	container, limit, err := withHealth(ctx, container, s.service, s.all.project.needsHealth(s.name()))
	if err != nil {
		return fmt.Errorf("service %q: %w", s.name(), err)
	}
	if limit > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, limit, fmt.Errorf("no answer from its health check within %s", limit))
		defer cancel()
	}
	followed, f := s.all.conn.logs.follow(ctx, s.output)
	service := container.WithEnvVariable(runVariable, s.all.conn.next()).
		AsService(dagger.ContainerAsServiceOpts{Args: args}).WithHostname(s.name())
	s.mu.Lock()
	s.running, s.follower = service, f
	s.mu.Unlock()
	if _, err = service.Start(followed); err == nil {
		return nil
	}
	var ended *dagger.ExecError
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("starting service %q: %w", s.name(), context.Cause(ctx))
	case limit > 0:
		return explain(fmt.Sprintf("waiting for the health of service %q", s.name()), err)
	case errors.As(err, &ended):
		return nil // it was started, and nobody asks for more
	}
	return explain(fmt.Sprintf("starting service %q", s.name()), err)
}

// container is the service's container and the command in it.
func (s *composeService) container(ctx context.Context) (*dagger.Container, []string, error) {
	container, args, err := s.configured(ctx)
	if err != nil {
		return nil, nil, explain(fmt.Sprintf("preparing service %q", s.name()), err)
	}
	return container, args, nil
}

func (s *composeService) configured(ctx context.Context) (*dagger.Container, []string, error) {
	args, err := s.command(ctx)
	if err != nil {
		return nil, nil, err
	}
	container := s.image
	if s.service.User != "" {
		container = container.WithUser(s.service.User)
	}
	if s.service.WorkingDir != "" {
		container = container.WithWorkdir(path.Clean(s.service.WorkingDir))
	}
	for _, name := range sortedKeys(s.service.Environment) {
		value := s.service.Environment[name]
		if value == nil {
			continue
		}
		if _, ok := s.all.project.secrets.in(*value); ok {
			secret := s.all.conn.secret(s.all.project.secrets.reveal(*value))
			container = container.WithSecretVariable(name, secret)
			continue
		}
		container = container.WithEnvVariable(name, *value)
	}
	if container, err = s.all.mounts.mount(container, s.service); err != nil {
		return nil, nil, err
	}
	return s.bound(container), args, nil
}

// command is what the service runs. As with Docker, an entrypoint of the
// service's own takes the image's command out too.
func (s *composeService) command(ctx context.Context) ([]string, error) {
	entrypoint, command := []string(s.service.Entrypoint), []string(s.service.Command)
	var err error
	if s.service.Command == nil && s.service.Entrypoint == nil {
		if command, err = s.image.DefaultArgs(ctx); err != nil {
			return nil, err
		}
	}
	if s.service.Entrypoint == nil {
		if entrypoint, err = s.image.Entrypoint(ctx); err != nil {
			return nil, err
		}
	}
	args := append(append([]string(nil), entrypoint...), command...)
	if len(args) == 0 {
		return nil, errors.New("neither it nor its image has a command")
	}
	return args, nil
}

// bound adds the other names of services that started before: container names,
// host names, aliases and links. A service's own name needs no binding, which
// is as well: Dagger ends what is bound to a service that ends.
func (s *composeService) bound(container *dagger.Container) *dagger.Container {
	for _, name := range sortedKeys(s.all.byName) {
		other := s.all.byName[name]
		running := other.started()
		if running == nil {
			continue
		}
		for _, alias := range other.aliases(s.service) {
			container = container.WithServiceBinding(alias, running)
		}
	}
	return container
}

// started is the service once it is ready; nil before, and for one that ends.
func (s *composeService) started() *dagger.Service {
	select {
	case <-s.ready:
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.running
	default:
		return nil
	}
}

// aliases are the names that user knows the service by, besides its own.
func (s *composeService) aliases(user types.ServiceConfig) []string {
	names := map[string]bool{s.service.ContainerName: true, s.service.Hostname: true}
	for _, network := range s.service.Networks {
		if network == nil {
			continue
		}
		for _, alias := range network.Aliases {
			names[alias] = true
		}
	}
	for _, link := range user.Links {
		if target, alias, ok := strings.Cut(link, ":"); ok && target == s.name() {
			names[alias] = true
		}
	}
	delete(names, "")
	delete(names, s.name())
	return sortedKeys(names)
}

func (s *composeService) stop(ctx context.Context) {
	s.mu.Lock()
	running, f := s.running, s.follower
	s.mu.Unlock()
	if running == nil {
		return
	}
	// An error says that it ended by itself.
	_, _ = running.Stop(ctx, dagger.ServiceStopOpts{Kill: true})
	f.done(ctx, 0)
}

// showLog writes what the service printed last.
func (s *composeService) showLog(log io.Writer) {
	lines := bufio.NewScanner(strings.NewReader(s.output.String()))
	lines.Buffer(nil, serviceLogBytes+1)
	for lines.Scan() {
		fmt.Fprintf(log, "%s | %s\n", s.name(), lines.Text())
	}
}
