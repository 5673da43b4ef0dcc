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

// snapshots are what the last deploys wanted of each target.
type snapshots struct{ *store }

func (s snapshots) read(ctx context.Context, id int) (map[string]deploy.Desired, error) {
	var desired map[string]deploy.Desired
	if err := s.store.read(ctx, snapshotFile(id, "desired.json"), &desired); err != nil {
		return nil, err
	}
	var env map[string]map[string]string
	if err := s.store.read(ctx, snapshotFile(id, "env.json"), &env); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	for target, values := range env {
		d, known := desired[target]
		if !known {
			continue // of a file that somebody changed
		}
		d.Env = make(map[string]secrets.Value, len(values))
		for key, value := range values {
			d.Env[key] = secrets.NewValue(value)
		}
		desired[target] = d
	}
	return desired, nil
}

func (s snapshots) write(ctx context.Context, id int, desired map[string]deploy.Desired) error {
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
	if err := s.store.write(ctx, snapshotFile(id, "env.json"), env, 0o600); err != nil {
		return err
	}
	return s.store.write(ctx, snapshotFile(id, "desired.json"), desired, 0o644)
}

// ids are the deploys that have a snapshot, in order.
func (s snapshots) ids(ctx context.Context) ([]int, error) { return s.numbers(ctx, "snapshots") }

func (s snapshots) forgetEnv(ctx context.Context, id int) error {
	if err := s.remove(ctx, snapshotFile(id, "env.json")); err != nil {
		return fmt.Errorf("removing old env values: %w", err)
	}
	return nil
}

func (s snapshots) drop(ctx context.Context, id int) error {
	if err := s.remove(ctx, path.Join("snapshots", strconv.Itoa(id))); err != nil {
		return fmt.Errorf("removing an old snapshot: %w", err)
	}
	return nil
}

func snapshotFile(id int, name string) string {
	return path.Join("snapshots", strconv.Itoa(id), name)
}
