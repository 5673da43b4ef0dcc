package dockerengine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"git.example/slipway/pipelines/command"
	"git.example/slipway/pipelines/composefile"
	"git.example/slipway/pipelines/engine"
)

// pullsAtOnce is how many images are pulled at once: each is layers side by side
// already, and more only share the line.
const pullsAtOnce = 4

// logLines is how many of its last lines each service shows when a check failed.
const logLines = "200"

// composer runs compose checks.
type composer struct {
	cli        cli
	probe      *prober
	traces     *traces
	workspaces *workspaces
	store      *store
	containers containers
	sweeper    sweeper
}

// check is a compose check that runs.
type check struct {
	with    *composer
	spec    engine.Compose
	project string
	files   []string
	env     []string
	log     io.Writer
}

// run runs a compose check as Engine.Compose says.
func (m *composer) run(ctx context.Context, c engine.Compose, log io.Writer) (engine.Result, error) {
	result, err := m.compose(ctx, c, engine.Synced(log))
	if err != nil {
		return engine.Result{}, fmt.Errorf("running compose check %q: %w", c.Name, err)
	}
	return result, nil
}

func (m *composer) compose(ctx context.Context, spec engine.Compose, log io.Writer) (engine.Result, error) {
	if err := checkSecretNames(spec.Name, spec.Secrets); err != nil {
		return engine.Result{}, err
	}
	if err := m.probe.compose(ctx); err != nil {
		return engine.Result{}, err
	}
	work, err := m.workspaces.path(ctx, "compose")
	if err != nil {
		return engine.Result{}, err
	}
	defer os.RemoveAll(work)
	if err := os.Mkdir(work, 0o700); err != nil {
		return engine.Result{}, err
	}
	c := &check{with: m, spec: spec, project: m.traces.project(), files: slices.Clone(spec.Files), env: composeEnv(spec), log: log}
	services, err := c.prepare(ctx, work)
	if err != nil {
		return engine.Result{}, err
	}
	m.traces.containers.Store(true)
	defer c.remove(ctx)
	return c.run(ctx, services)
}

// composeEnv is the environment for interpolation.
func composeEnv(spec engine.Compose) []string {
	var env []string
	for _, key := range slices.Sorted(maps.Keys(spec.Env)) {
		env = append(env, key+"="+spec.Env[key])
	}
	for _, key := range slices.Sorted(maps.Keys(spec.Secrets)) {
		env = append(env, key+"="+spec.Secrets[key].Reveal())
	}
	return env
}

// composeCommand is the arguments of docker for a compose command.
func composeCommand(project string, files []string, args ...string) []string {
	all := []string{"compose", "--progress", "plain", "--ansi", "never",
		"--project-name", project, "--project-directory", filepath.Dir(files[0])}
	for _, file := range files {
		all = append(all, "--file", file)
	}
	return append(all, args...)
}

func (c *check) command(args ...string) command.Command {
	docker := c.with.cli.docker(composeCommand(c.project, c.files, args...)...)
	docker.Env = c.env
	return docker
}

// prepare reads the project, pulls the given images and adds override files. It
// returns the services to start.
func (c *check) prepare(ctx context.Context, work string) ([]string, error) {
	every := c.command("config", "--format", "json")
	every.Args = slices.Insert(every.Args, 2, "--profile", "*")
	out, err := every.Output(ctx)
	if err != nil {
		return nil, explain("reading the compose file", err)
	}
	var m model
	if err := json.Unmarshal(out, &m); err != nil {
		return nil, fmt.Errorf("reading the compose file: %w", err)
	}
	if _, ok := m.Services[c.spec.ExitCodeFrom]; !ok {
		return nil, fmt.Errorf("%s has no service %q: it has %s", filepath.Base(c.spec.Files[0]),
			c.spec.ExitCodeFrom, strings.Join(slices.Sorted(maps.Keys(m.Services)), ", "))
	}
	references, err := c.pull(ctx)
	if err != nil {
		return nil, err
	}
	if err := m.replace(references); err != nil {
		return nil, err
	}
	return started(m, c.spec.ExitCodeFrom), errors.Join(
		c.override(filepath.Join(work, "images.yaml"), composefile.Override(references)),
		c.override(filepath.Join(work, "isolation.yaml"), isolation(m, c.project, c.spec.ExitCodeFrom)))
}

// pull brings the given images here and returns their references by service.
func (c *check) pull(ctx context.Context) (map[string]string, error) {
	references := map[string]string{}
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(pullsAtOnce)
	for name, image := range c.spec.Images {
		references[name] = image.Reference
		group.Go(func() error { return c.with.store.ensure(groupCtx, image, c.log) })
	}
	return references, group.Wait()
}

func (c *check) override(file string, content []byte) error {
	c.files = append(c.files, file)
	return os.WriteFile(file, content, 0o600)
}

func (c *check) run(ctx context.Context, services []string) (engine.Result, error) {
	if err := c.command(append([]string{"build", "--with-dependencies"}, services...)...).Run(ctx, c.log, c.log); err != nil {
		return engine.Result{}, explain("building the services", err)
	}
	up := c.command(append([]string{"up", "--detach", "--no-build", "--quiet-pull"}, services...)...)
	upErr := up.Run(ctx, c.log, c.log)
	last, err := c.container(ctx, upErr)
	if err != nil {
		c.showLogs(ctx, services)
		return engine.Result{}, err
	}
	follow := c.with.cli.docker("logs", "--follow", last.id)
	follow.Grace = time.Second
	// A log driver that can't be read is no reason to fail.
	_ = follow.Run(ctx, c.log, c.log)
	code, err := c.wait(ctx, last)
	if err != nil {
		c.showLogs(ctx, services)
		return engine.Result{}, err
	}
	if code != 0 {
		c.showLogs(ctx, slices.DeleteFunc(services, func(name string) bool { return name == c.spec.ExitCodeFrom }))
	}
	missing, err := last.exports(ctx, c.spec.Exports)
	return engine.Result{ExitCode: code, Missing: missing}, err
}

// container is the one that ends the check. When starting the services failed,
// it counts all the same if it started: what failed depends on it.
func (c *check) container(ctx context.Context, upErr error) (*container, error) {
	if cause := context.Cause(ctx); cause != nil {
		return nil, cause
	}
	starting := func(err error) error { return explain("starting the services", err) }
	out, err := c.command("ps", "--all", "--quiet", c.spec.ExitCodeFrom).Output(ctx)
	ids := strings.Fields(string(out))
	if err != nil || len(ids) == 0 {
		return nil, starting(errors.Join(upErr, err))
	}
	last, err := c.with.containers.open(ctx, ids[0])
	if err != nil || upErr == nil {
		return last, err
	}
	now, err := last.state(ctx)
	if err != nil || now.Status == "created" {
		return nil, starting(errors.Join(upErr, err))
	}
	return last, nil
}

// wait waits for the container's end and returns its exit code.
func (c *check) wait(ctx context.Context, last *container) (int, error) {
	wait := c.with.cli.docker("wait", last.id)
	wait.Grace = time.Second
	out, err := wait.Output(ctx)
	if err != nil {
		if cause := context.Cause(ctx); cause != nil {
			return 0, cause
		}
		return 0, err
	}
	return strconv.Atoi(strings.TrimSpace(string(out)))
}

// showLogs writes the last lines of services to the log.
func (c *check) showLogs(ctx context.Context, services []string) {
	if len(services) == 0 {
		return
	}
	ctx, cancel := cleanup(ctx)
	defer cancel()
	_ = c.command(append([]string{"logs", "--no-color", "--tail", logLines}, services...)...).Run(ctx, c.log, c.log)
}

// remove ends and removes all of the project, also when ctx is cancelled. What
// stays after a failure is removed by Close, or by the next run.
func (c *check) remove(ctx context.Context) {
	ctx, cancel := cleanup(ctx)
	defer cancel()
	down := c.command("down", "--volumes", "--remove-orphans", "--rmi", "local", "--timeout", "0")
	down.Detached = true
	_ = down.Run(ctx, nil, nil)
	_ = c.with.sweeper.removeProject(ctx, c.project)
}
