package journal

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strconv"

	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/secrets"
)

// Desired is what deploy id wanted of each target, with the values of env
// files if they are still kept. A deploy that was pruned wraps fs.ErrNotExist.
func (j *Journal) Desired(ctx context.Context, id int) (map[string]deploy.Desired, error) {
	var desired map[string]deploy.Desired
	if err := j.read(ctx, snapshotFile(id, "desired.json"), &desired); err != nil {
		return nil, err
	}
	var env map[string]map[string]string
	if err := j.read(ctx, snapshotFile(id, "env.json"), &env); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	for target, values := range env {
		d := desired[target]
		d.Env = make(map[string]secrets.Value, len(values))
		for key, value := range values {
			d.Env[key] = secrets.NewValue(value)
		}
		desired[target] = d
	}
	return desired, nil
}

// keep writes the snapshot of deploy id.
func (j *Journal) keep(ctx context.Context, id int, desired map[string]deploy.Desired) error {
	env := map[string]map[string]string{}
	for target, d := range desired {
		if d.Env == nil {
			continue
		}
		env[target] = make(map[string]string, len(d.Env))
		for key, value := range d.Env {
			env[target][key] = value.Reveal()
		}
	}
	if err := j.write(ctx, snapshotFile(id, "env.json"), env, 0o600); err != nil {
		return err
	}
	return j.write(ctx, snapshotFile(id, "desired.json"), desired, 0o644)
}

// snapshots are the ids of the deploys that have one, in order.
func (j *Journal) snapshots(ctx context.Context) ([]int, error) {
	return numbers(ctx, j.files, path.Join(j.dir, "snapshots"))
}

// ForgetEnv removes the env values of a deploy that is not live any more.
func (j *Journal) ForgetEnv(ctx context.Context, id int) error {
	if err := j.files.Remove(ctx, path.Join(j.dir, snapshotFile(id, "env.json"))); err != nil {
		return fmt.Errorf("removing old env values: %w", err)
	}
	return nil
}

// Drop removes a snapshot.
func (j *Journal) Drop(ctx context.Context, id int) error {
	if err := j.files.Remove(ctx, path.Join(j.dir, "snapshots", strconv.Itoa(id))); err != nil {
		return fmt.Errorf("removing an old snapshot: %w", err)
	}
	return nil
}

func snapshotFile(id int, name string) string {
	return path.Join("snapshots", strconv.Itoa(id), name)
}
