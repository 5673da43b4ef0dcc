package targets

import (
	"context"
	"path"
	"strconv"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/journal"
	"git.example/slipway/pipelines/deploy/rehearsal"
	"git.example/slipway/pipelines/deploy/run"
	"git.example/slipway/pipelines/engine"
	"git.example/slipway/pipelines/secrets"
)

// runKind is a container as a step of the deploy.
type runKind struct {
	plain
	config.RunTarget
}

func (k runKind) files() []string { return k.Files }

// target keeps what it remembers beside the journal: a container has no directory
// of its own.
func (k runKind) target(_ context.Context, s *site, name string) (deploy.Target, error) {
	return run.New(run.Options{
		Name: name, Config: k.RunTarget, Engine: s.workspace.Engine.Get,
		Image: func(ctx context.Context, reference string) (engine.Image, error) {
			auth, err := s.registry.Auth(ctx)
			return engine.Image{Reference: reference, Auth: auth, Insecure: s.registry.Insecure()}, err
		},
		Env: func(ctx context.Context, versions map[string]string) (map[string]string, map[string]secrets.Value, error) {
			return s.secrets(versions).Split(ctx, k.Env)
		},
		Files: s.files, State: path.Join(s.dir, "targets", name), Epoch: s.epoch,
	}), nil
}

// epochEntries is how far back an entry is looked for that a killed run did not
// leave.
const epochEntries = 20

// epoch is the newest deploy that ended, well or not.
func (s *site) epoch(ctx context.Context) (string, error) {
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

// credentials only makes sure that the secrets are there, if the container may run, and
// notes their versions: they are taken when it does, and kept nowhere.
func (k runKind) credentials(ctx context.Context, s *site, d *deploy.Desired) error {
	if rollback := d.Release.Tag == ""; rollback && !k.OnRollback {
		return nil
	}
	return k.readSecrets(ctx, s, nil, d)
}

// readSecrets reads the secrets in the versions that are pinned.
func (k runKind) readSecrets(ctx context.Context, s *site, pinned map[string]string, d *deploy.Desired) error {
	from := s.secrets(pinned)
	if _, _, err := from.Split(ctx, k.Env); err != nil {
		return err
	}
	setVersions(from, d)
	return nil
}

func (k runKind) releasedSecrets(ctx context.Context, s *site, _ string, versions map[string]string, d *deploy.Desired) error {
	if err := k.credentials(ctx, s, d); err != nil {
		return err
	}
	return pinEnv(versions, d, func(versions map[string]string) error { return k.readSecrets(ctx, s, versions, d) })
}

// hosts is this machine, whose engine runs the container.
func (k runKind) hosts(_ context.Context, s *site, name string) ([]Host, error) {
	rehearse := func(ctx context.Context, _ *rehearsal.Stages, _ pulls) []deploy.Finding {
		return []deploy.Finding{rehearsal.Step(ctx, "engine", func(ctx context.Context) (string, string, error) {
			e, err := s.workspace.Engine.Get(ctx)
			if err != nil {
				return "", "", err
			}
			return e.Name() + " answers here", "", nil
		})}
	}
	return []Host{{Target: name, machine: machine{host: deploy.LocalHost{}}, rehearse: rehearse}}, nil
}

// uses are the images that the container is of.
func (k runKind) uses(_ context.Context, _ *site, d deploy.Desired) ([]string, error) {
	if _, ours := d.Release.Images[k.Image]; ours {
		return []string{k.Image}, nil
	}
	return nil, nil
}

func (k runKind) everyDeploy() bool { return true }

// place is none: what a container does is not known.
func (k runKind) place(context.Context, *site) (string, error) { return "", nil }

func (k runKind) at(config.Target) kind { return k }
