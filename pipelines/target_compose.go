package pipelines

import (
	"context"
	"path/filepath"
	"slices"

	"git.example/slipway/pipelines/composefile"
	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/compose"
	"git.example/slipway/pipelines/deploy/fleet"
	"git.example/slipway/pipelines/report"
)

// composeKind is a compose stack.
type composeKind struct{ config.ComposeTarget }

func (k composeKind) files() []string {
	if k.Switch == nil {
		return k.File
	}
	return append(slices.Clone([]string(k.File)), k.Switch.Template)
}

// check makes sure that the compose files can be read. Variables that only a
// deploy knows are stood in for; where that may be why a file can't be read, it
// is a warning.
func (k composeKind) check(ctx context.Context, p *Project, files map[string][]byte) error {
	env := map[string]string{}
	for _, name := range cleaned(k.File) {
		if err := wholeComposeFile(name, files[name]); err != nil {
			return err
		}
		for _, v := range composefile.Variables(files[name]) {
			if !v.Default {
				env[v.Name] = "1"
			}
		}
	}
	if k.Switch != nil {
		if err := compose.CheckTemplate(k.Switch.Template, files[cleaned([]string{k.Switch.Template})[0]]); err != nil {
			return err
		}
	}
	_, err := composefile.Load(ctx, composefile.Options{Files: p.paths(k.File), Dir: p.dir, Name: "release", Env: env})
	if err != nil && len(env) > 0 {
		p.notice(report.Warning, "with stand-ins for its variables, %v", err)
		return nil
	}
	return err
}

func (k composeKind) journal(ctx context.Context, s *stage) (deploy.Files, string, error) {
	machines, err := s.machines(ctx, k.Hosts, k.Path)
	if err != nil {
		return nil, "", err
	}
	return machines[0].host, compose.JournalDir(machines[0].dir, s.name), nil
}

func (k composeKind) target(ctx context.Context, s *stage, name string) (deploy.Target, error) {
	machines, err := s.machines(ctx, k.Hosts, k.Path)
	if err != nil {
		return nil, err
	}
	if len(machines) == 1 {
		return k.stack(s, name, machines[0], compose.StepsAll), nil
	}
	o := fleet.Options{Name: name, Batches: k.Batches}
	for i, m := range machines {
		steps := compose.StepsNone
		if i == 0 {
			steps = compose.StepsBefore
		}
		o.Members = append(o.Members, fleet.Member{Host: m.name, Target: k.stack(s, name, m, steps)})
	}
	if len(k.After) > 0 {
		o.Closing = k.stack(s, name, machines[0], compose.StepsAfter)
	}
	return fleet.New(o), nil
}

// stack is the target called name on one machine.
func (k composeKind) stack(s *stage, name string, m machine, steps compose.Steps) *compose.Target {
	return compose.New(compose.Options{
		Name: name, Host: m.host, Dir: m.dir, State: compose.StateDir(m.dir, s.name, name), Config: k.ComposeTarget, Steps: steps,
	})
}

func (k composeKind) complete(_ context.Context, _ *stage, d *deploy.Desired) error {
	d.Main = cleaned(k.File)
	return nil
}

func (k composeKind) today(ctx context.Context, s *stage, d *deploy.Desired) (err error) {
	if err = s.envToday(ctx, k.Env, d); err != nil {
		return err
	}
	d.Login, err = s.registry.login(ctx)
	return err
}

func (k composeKind) before() []config.Step { return k.Before }

func (k composeKind) keep() int { return k.Keep }

func cleaned(files []string) []string {
	paths := make([]string, len(files))
	for i, file := range files {
		paths[i] = filepath.ToSlash(filepath.Clean(file))
	}
	return paths
}
