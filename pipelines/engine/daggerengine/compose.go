package daggerengine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"

	"golang.org/x/sync/errgroup"

	"git.example/slipway/pipelines/composefile"
	"git.example/slipway/pipelines/engine"
)

// composer runs compose checks.
type composer struct {
	conn      *connection
	abilities abilities
	builder   builder
	images    *images
	runner    runner
}

// run runs a compose check as Engine.Compose says.
func (m composer) run(ctx context.Context, spec engine.Compose, log io.Writer) (engine.Result, error) {
	id := m.conn.next() // makes volumes and placeholders this check's
	project, err := loadProject(ctx, spec, id)
	if err != nil {
		return engine.Result{}, err
	}
	if err := m.abilities.checkProject(project); err != nil {
		return engine.Result{}, err
	}
	leave, err := m.conn.names.enter(ctx, hosts(project, spec.ExitCodeFrom, id))
	if err != nil {
		return engine.Result{}, err
	}
	defer leave()
	images, err := composeImages{conn: m.conn, builder: m.builder, images: m.images, project: project, given: spec.Images, log: log}.all(ctx)
	if err != nil {
		return engine.Result{}, err
	}
	order := composefile.Order(project.model)
	mounts, err := newComposeMounts(ctx, m.conn, project, id, order, images)
	if err != nil {
		return engine.Result{}, err
	}
	services := &composeServices{conn: m.conn, runner: m.runner, project: project, mounts: mounts, byName: map[string]*composeService{}}
	for _, name := range order {
		services.add(project.model.Services[name], images[name])
	}
	c := &composeCheck{services: services, spec: spec, log: log}
	return c.run(ctx, order)
}

// hosts are the names that check id needs for itself: those of the services
// that others can call.
func hosts(project composeProject, last, id string) map[string]string {
	names := map[string]string{}
	for _, name := range project.model.ServiceNames() {
		if name != last && !project.oneShot(name) {
			names["host "+name] = id
		}
	}
	return names
}

// composeCheck is a compose check that runs.
type composeCheck struct {
	services *composeServices
	spec     engine.Compose
	log      io.Writer
}

// errEnded says that the service ended whose end ends the check.
var errEnded = errors.New("the check ended")

// run starts the services and returns when the last one ends, or when a service
// fails that it waits for.
func (c *composeCheck) run(ctx context.Context, order []string) (engine.Result, error) {
	var result engine.Result
	group, groupCtx := errgroup.WithContext(ctx)
	for _, name := range order {
		state := c.services.byName[name]
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
	ended, code, err := c.services.runner.exec(ctx, container, args, c.log)
	if err != nil {
		return engine.Result{}, explain(fmt.Sprintf("running service %q", state.name()), err)
	}
	missing, err := bringExports(ctx, ended, c.spec.Exports)
	return engine.Result{ExitCode: code, Missing: missing}, err
}

// stop ends all services, also when ctx is cancelled. What can't be stopped ends
// with the session.
func (c *composeCheck) stop(ctx context.Context) {
	ctx, cancel := cleanup(ctx)
	defer cancel()
	var group sync.WaitGroup
	for _, state := range c.services.byName {
		group.Go(func() { state.stop(ctx) })
	}
	group.Wait()
}

// showLogs writes the last lines of the other services to the log.
func (c *composeCheck) showLogs() {
	for _, name := range c.services.project.model.ServiceNames() {
		if state := c.services.byName[name]; state != nil {
			state.showLog(c.log)
		}
	}
}
