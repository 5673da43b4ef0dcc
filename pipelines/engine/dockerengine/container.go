package dockerengine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"

	"git.example/slipway/pipelines/command"
	"git.example/slipway/pipelines/engine"
)

// container is a created container.
type container struct {
	cli cli
	id  string
	// workdir is where relative paths start.
	workdir string
}

// state is how a container is.
type state struct {
	Status   string
	ExitCode int
	Error    string
}

// containers makes and finds containers.
type containers struct {
	cli    cli
	traces *traces
}

// create creates a container with the arguments of a docker create.
func (s containers) create(ctx context.Context, args, env []string) (*container, error) {
	s.traces.containers.Store(true)
	create := s.cli.docker(args...)
	create.Env = env
	out, err := create.Output(ctx)
	if err != nil {
		return nil, explain("creating a container", err)
	}
	return s.open(ctx, strings.TrimSpace(string(out)))
}

// open is the container named id, which exists.
func (s containers) open(ctx context.Context, id string) (*container, error) {
	c := &container{cli: s.cli, id: id}
	out, err := s.cli.docker("inspect", "--format", "{{json .Config.WorkingDir}}", id).Output(ctx)
	if err == nil {
		err = json.Unmarshal(out, &c.workdir)
	}
	if c.workdir == "" {
		c.workdir = "/"
	}
	return c, err
}

func (c *container) state(ctx context.Context) (s state, err error) {
	out, err := c.cli.docker("inspect", "--format", "{{json .State}}", c.id).Output(ctx)
	if err != nil {
		return state{}, err
	}
	return s, json.Unmarshal(out, &s)
}

// remove ends and removes the container, also when ctx is cancelled.
func (c *container) remove(ctx context.Context) {
	ctx, cancel := cleanup(ctx)
	defer cancel()
	// What stays after a failure is removed by Close, or by the next run.
	_ = c.cli.cleaning("rm", "-f", "-v", c.id).Run(ctx, nil, nil)
}

// errMissing says that a container does not have a path.
var errMissing = errors.New("no such path in the container")

// copyOut copies a path of the container to a path here, replacing it in one
// step.
func (c *container) copyOut(ctx context.Context, from, to string) error {
	if !path.IsAbs(from) {
		from = path.Join(c.workdir, from)
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	work, err := os.MkdirTemp(filepath.Dir(to), ".slipway-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	fresh := filepath.Join(work, "new")
	err = c.cli.docker("cp", "--follow-link", c.id+":"+from, fresh).Run(ctx, nil, nil)
	var ran *command.Error
	if errors.As(err, &ran) && (strings.Contains(ran.Stderr, "Could not find the file") ||
		strings.Contains(ran.Stderr, "No such container:path")) {
		return fmt.Errorf("%q: %w", from, errMissing)
	}
	if err != nil {
		return err
	}
	if err := os.Rename(to, filepath.Join(work, "old")); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return os.Rename(fresh, to)
}

// exports copies all of exports out and returns those that the container does
// not have.
func (c *container) exports(ctx context.Context, exports []engine.Export) (missing []string, err error) {
	for _, export := range exports {
		err := c.copyOut(ctx, export.From, export.To)
		switch {
		case errors.Is(err, errMissing):
			missing = append(missing, export.From)
		case err != nil:
			return missing, fmt.Errorf("exporting %q: %w", export.From, err)
		}
	}
	return missing, nil
}
