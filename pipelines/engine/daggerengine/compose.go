package daggerengine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"

	"dagger.io/dagger"
	"golang.org/x/sync/errgroup"

	"git.example/slipway/pipelines/composefile"
	"git.example/slipway/pipelines/engine"
)

// composeCheck is a compose check that runs.
type composeCheck struct {
	engine  *Engine
	spec    engine.Compose
	project composeProject
	// id makes volumes and placeholders this check's own.
	id      string
	log     io.Writer
	volumes map[string]*dagger.CacheVolume
	states  map[string]*composeService
}

// Compose runs a compose check without a Docker daemon: every service is a
// service of Dagger, and every one that has to end, a container that runs to its
// end. All services without a profile start, in the order of their dependencies;
// each finds all others under their names.
//
// A session of Dagger has one container of a name. So checks with services of
// the same name, such as "db", run one after the other.
func (e *Engine) Compose(ctx context.Context, spec engine.Compose, log io.Writer) (engine.Result, error) {
	ctx, end := e.spans.start(ctx, "run "+spec.Name)
	result, err := e.compose(ctx, spec, engine.Synced(log))
	end(result.ExitCode, err)
	if err != nil {
		return engine.Result{}, fmt.Errorf("running compose check %q: %w", spec.Name, err)
	}
	return result, nil
}

func (e *Engine) compose(ctx context.Context, spec engine.Compose, log io.Writer) (engine.Result, error) {
	c := &composeCheck{engine: e, spec: spec, id: e.next(), log: log}
	var err error
	if c.project, err = loadProject(ctx, spec, c.id); err != nil {
		return engine.Result{}, err
	}
	if err := e.supportsProject(ctx, c.project); err != nil {
		return engine.Result{}, err
	}
	leave, err := e.names.enter(ctx, c.hosts())
	if err != nil {
		return engine.Result{}, err
	}
	defer leave()
	images, err := c.images(ctx)
	if err != nil {
		return engine.Result{}, err
	}
	order := composefile.Order(c.project.Project)
	if err := c.makeVolumes(ctx, order, images); err != nil {
		return engine.Result{}, err
	}
	return c.run(ctx, order, images)
}

// hosts are the names that this check needs for itself: those of the services
// that others can call.
func (c *composeCheck) hosts() map[string]string {
	names := map[string]string{}
	for _, name := range c.project.ServiceNames() {
		if name != c.spec.ExitCodeFrom && !c.project.oneShot(name) {
			names["host "+name] = c.id
		}
	}
	return names
}

// errEnded says that the service ended whose end ends the check.
var errEnded = errors.New("the check ended")

// run starts the services and returns when the last one ends, or when a service
// fails that it waits for.
func (c *composeCheck) run(ctx context.Context, order []string, images map[string]*dagger.Container) (engine.Result, error) {
	c.states = map[string]*composeService{}
	for _, name := range order {
		c.states[name] = newComposeService(c, c.project.Services[name], images[name])
	}
	var result engine.Result
	group, groupCtx := errgroup.WithContext(ctx)
	for _, name := range order {
		state := c.states[name]
		group.Go(func() error {
			if err := state.wait(groupCtx); err != nil {
				return err
			}
			if name != c.spec.ExitCodeFrom {
				return state.start(groupCtx)
			}
			var err error
			if result, err = c.last(groupCtx, state); err != nil {
				return err
			}
			return errEnded
		})
	}
	err := group.Wait()
	if cause := context.Cause(ctx); cause != nil && ctx.Err() != nil {
		err = cause
	}
	c.stop(ctx)
	if errors.Is(err, errEnded) {
		err = nil
	}
	if err != nil || result.ExitCode != 0 {
		c.showLogs()
	}
	return result, err
}

// last runs the service whose end ends the check.
func (c *composeCheck) last(ctx context.Context, state *composeService) (engine.Result, error) {
	container, args, err := state.container(ctx)
	if err != nil {
		return engine.Result{}, err
	}
	ended, code, err := c.engine.exec(ctx, container, args, c.log)
	if err != nil {
		return engine.Result{}, explain(fmt.Sprintf("running service %q", state.name()), err)
	}
	missing, err := c.engine.exports(ctx, ended, c.spec.Exports)
	return engine.Result{ExitCode: code, Missing: missing}, err
}

// stop ends all services, also when ctx is cancelled. What can't be stopped ends
// with the session.
func (c *composeCheck) stop(ctx context.Context) {
	ctx, cancel := cleanup(ctx)
	defer cancel()
	var group sync.WaitGroup
	for _, state := range c.states {
		group.Go(func() { state.stop(ctx) })
	}
	group.Wait()
}

// showLogs writes the last lines of the other services to the log.
func (c *composeCheck) showLogs() {
	for _, name := range c.project.ServiceNames() {
		if state := c.states[name]; state != nil {
			state.showLog(c.log)
		}
	}
}
