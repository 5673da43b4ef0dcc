package pipelines

import (
	"context"
	"path"
	"strconv"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/journal"
	"git.example/slipway/pipelines/deploy/run"
	"git.example/slipway/pipelines/engine"
	"git.example/slipway/pipelines/secrets"
)

// runKind is a container as a step of the deploy.
type runKind struct{ config.RunTarget }

func (k runKind) files() []string { return k.Files }

func (k runKind) check(context.Context, *Project, map[string][]byte) error { return nil }

// journal is nowhere: a container has no place of its own.
func (k runKind) journal(context.Context, *stage) (deploy.Files, string, error) { return nil, "", nil }

func (k runKind) target(ctx context.Context, s *stage, name string) (deploy.Target, error) {
	files, dir, err := s.journalPlace(ctx)
	if err != nil {
		return nil, err
	}
	return run.New(run.Options{
		Name: name, Config: k.RunTarget, Engine: s.project.engine.get,
		Image: func(ctx context.Context, reference string) (engine.Image, error) {
			auth, err := s.registry.auth(ctx)
			return engine.Image{Reference: reference, Auth: auth, Insecure: s.registry.insecure()}, err
		},
		Env: func(ctx context.Context, versions map[string]string) (map[string]string, map[string]secrets.Value, error) {
			return s.awsSecrets(versions).split(ctx, k.Env)
		},
		Files: files, State: path.Join(dir, "targets", name), Epoch: s.epoch,
	}), nil
}

// epochEntries is how far back an entry is looked for that a killed run did not
// leave.
const epochEntries = 20

// epoch is the newest deploy that ended, well or not.
func (s *stage) epoch(ctx context.Context) (string, error) {
	history, err := s.journal.History(ctx, epochEntries)
	if err != nil {
		return "", err
	}
	for _, e := range history {
		if e.Outcome != journal.OutcomeRunning && e.Outcome != journal.OutcomeInterrupted {
			return strconv.Itoa(e.ID), nil
		}
	}
	return "", nil
}

func (k runKind) complete(context.Context, *stage, *deploy.Desired) error { return nil }

// today only makes sure that the secrets are there, if the container may run, and
// notes their versions: they are taken when it does, and kept nowhere.
func (k runKind) today(ctx context.Context, s *stage, d *deploy.Desired) error {
	if rollback := d.Release.Tag == ""; rollback && !k.OnRollback {
		return nil
	}
	return k.readSecrets(ctx, s, nil, d)
}

// readSecrets reads the secrets in the versions that are pinned.
func (k runKind) readSecrets(ctx context.Context, s *stage, pinned map[string]string, d *deploy.Desired) error {
	from := s.awsSecrets(pinned)
	if _, _, err := from.split(ctx, k.Env); err != nil {
		return err
	}
	if d.SecretVersions = nil; len(from.read) > 0 {
		d.SecretVersions = from.read
	}
	return nil
}

func (k runKind) before() []config.Step { return nil }

func (k runKind) keep() int { return 0 }
