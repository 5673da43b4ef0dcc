package pipelines

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/rollout"
	"git.example/slipway/pipelines/report"
	"git.example/slipway/pipelines/secrets"
)

// RollbackOptions say how far to go back.
type RollbackOptions struct {
	Env string
	// To is the release to go back to; the last one before the live one that
	// verified when empty.
	To string
	// Down are commands that undo migrations, run in the live release before it
	// goes: "COMMAND" in the service that runs the steps before a deploy, or
	// "SERVICE: COMMAND".
	Down []string
	// ReleasedSecrets brings back the versions of the secrets that the release was
	// deployed with, too; else secrets keep their current values.
	ReleasedSecrets bool
	// Only are the targets that go back; all when empty.
	Only []string
	// Paths are as in DeployOptions.
	Paths    []string
	LockWait time.Duration
	// Confirm is as in DeployOptions.
	Confirm func(ctx context.Context, question string) error
}

// Rollback brings an earlier release back with the files that were recorded
// with it. Neither an engine nor the registry's records are needed.
func (p *Project) Rollback(ctx context.Context, o RollbackOptions) (rollout.Result, error) {
	environment, err := p.environment(o.Env)
	if err != nil {
		return rollout.Result{}, err
	}
	s, err := p.stage(ctx, environment, o.Only)
	if err != nil {
		return rollout.Result{}, err
	}
	if err := s.connect(ctx, withoutHost); err != nil {
		return rollout.Result{}, err
	}
	items, err := p.current(ctx, s)
	if err != nil {
		return rollout.Result{}, err
	}
	if items, err = narrow(s, items, o.Paths); err != nil {
		return rollout.Result{}, err
	}
	d := p.deployment(s, o.To, items, o.LockWait)
	if d.Down, err = s.downSteps(o.Down); err != nil {
		return rollout.Result{}, err
	}
	if o.ReleasedSecrets {
		d.Released = s.releasedSecrets
	}
	if s.config.Protected && o.Confirm != nil {
		to := cmp.Or(o.To, "the release before")
		if err := o.Confirm(ctx, fmt.Sprintf("Roll the protected environment %s back to %s?", s.name, to)); err != nil {
			return rollout.Result{}, err
		}
	}
	return rollout.Rollback(ctx, d, o.To)
}

// releasedSecrets are the secrets of a target in the versions of an earlier
// deploy.
func (s *stage) releasedSecrets(ctx context.Context, name string, versions map[string]string) (deploy.Desired, error) {
	var d deploy.Desired
	for _, target := range s.targets {
		if target.Name() != name {
			continue
		}
		if err := target.kind.today(ctx, s, &d); err != nil {
			return d, err
		}
		if k, ok := target.kind.(ecsKind); ok {
			d.PinnedSecrets = versions
			s.notPinned(name, k, versions)
			return d, nil
		}
		if len(d.SecretVersions) == 0 {
			return d, nil // it has no secrets with versions
		}
		if len(versions) == 0 {
			return d, errors.New("the versions of its secrets were not recorded; leave out --secrets released")
		}
		return d, s.pin(ctx, target, versions, &d)
	}
	return d, nil
}

// notPinned says which secrets of an ECS target stay those of today: ECS takes no
// versions of parameters, and what a service without a file runs is the next
// release's, too.
func (s *stage) notPinned(name string, k ecsKind, versions map[string]string) {
	var today []string
	for _, service := range k.Services {
		if service.Value.TaskDefinition == "" {
			today = append(today, fmt.Sprintf("service %q, which has no task-definition in %s", service.Name, filepath.Base(s.project.Config.Path)))
		}
	}
	for _, reference := range slices.Sorted(maps.Keys(versions)) {
		if strings.HasPrefix(reference, secrets.ParameterScheme) {
			today = append(today, fmt.Sprintf("%s, of which ECS takes no versions", reference))
		}
	}
	if len(today) > 0 {
		s.project.notice(report.Info, "target %q: today's secrets stay for %s", name, strings.Join(today, "; "))
	}
}

// pin sets the secrets of a target in these versions.
func (s *stage) pin(ctx context.Context, target staged, versions map[string]string, d *deploy.Desired) error {
	switch k := target.kind.(type) {
	case composeKind:
		return s.envOf(ctx, k.Env, versions, d)
	case runKind:
		return k.readSecrets(ctx, s, versions, d)
	}
	return nil
}

var namedService = regexp.MustCompile(`^([a-zA-Z0-9._-]+): +(.+)$`)

// downSteps reads the commands that undo migrations.
func (s *stage) downSteps(commands []string) ([]deploy.Step, error) {
	var steps []deploy.Step
	for _, text := range commands {
		step, err := s.downStep(text)
		if err != nil {
			return nil, err
		}
		steps = append(steps, step)
	}
	return steps, nil
}

func (s *stage) downStep(text string) (deploy.Step, error) {
	service, line := "", text
	if named := namedService.FindStringSubmatch(text); named != nil {
		service, line = named[1], named[2]
	}
	for _, target := range s.targets {
		before := target.kind.before()
		switch {
		case service == "" && len(before) > 0:
			service = before[0].Service
		case service == "" || len(before) == 0 && len(s.targets) > 1:
			continue
		}
		return deploy.Step{Target: target.Name(), Service: service, Command: []string{"/bin/sh", "-c", line}}, nil
	}
	return deploy.Step{}, usage("running %q: no target of environment %q has steps before its deploy, so say in which service, as --down \"SERVICE: %s\"", line, s.name, line)
}
