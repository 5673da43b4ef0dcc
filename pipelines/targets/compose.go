package targets

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"path"
	"path/filepath"
	"slices"

	"git.example/slipway/pipelines/composefile"
	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/compose"
	"git.example/slipway/pipelines/deploy/fleet"
	"git.example/slipway/pipelines/deploy/rehearsal"
	"git.example/slipway/pipelines/published"
	"git.example/slipway/pipelines/report"
	"git.example/slipway/pipelines/workspace"
)

// composeKind is a compose stack.
type composeKind struct {
	plain
	config.ComposeTarget
}

func (k composeKind) files() []string {
	if k.Switch == nil {
		return k.File
	}
	return append(slices.Clone([]string(k.File)), k.Switch.Template)
}

// ownDirs are what a deploy to a stack on this machine writes beside its own files.
func (k composeKind) ownDirs() []string {
	if len(k.Hosts) > 0 {
		return nil
	}
	own := []string{path.Join(k.Path, ".slipway")}
	if k.Env != nil {
		own = append(own, path.Join(k.Path, cmp.Or(k.Env.File, ".env")))
	}
	if k.Switch != nil {
		own = append(own, path.Join(k.Path, k.Switch.File))
	}
	return own
}

// check takes in what the compose files include and extend, and makes sure that they
// can be read. Variables that only a
// deploy knows are stood in for; where that may be why a file can't be read, it
// is a warning.
func (k composeKind) check(ctx context.Context, w *workspace.Workspace, files map[string][]byte) error {
	if k.Switch != nil {
		if err := compose.CheckTemplate(k.Switch.Template, files[cleaned([]string{k.Switch.Template})[0]]); err != nil {
			return err
		}
	}
	taken, err := k.hostFiles().taken(w)
	if err != nil {
		return err
	}
	maps.Copy(files, taken)
	_, filled, err := k.hostFiles().loadTree(ctx, w, files)
	var unknowable *composefile.Unknowable
	if errors.As(err, &unknowable) {
		w.Notice(report.Warning, "without the values of its variables, %s", filled.Hide(err.Error()))
		return nil
	}
	return err
}

func (k composeKind) collect(ctx context.Context, w *workspace.Workspace, files map[string][]byte, h *hostFiles, elsewhere []string) error {
	return k.hostFiles().collect(ctx, w, files, h, elsewhere)
}

func (k composeKind) journal(ctx context.Context, s *site) (deploy.Files, string, error) {
	first, err := s.firstMachine(ctx, k.Hosts, k.Path)
	if err != nil {
		return nil, "", err
	}
	return first.host, compose.JournalDir(first.dir, s.name), nil
}

func (k composeKind) target(ctx context.Context, s *site, name string) (deploy.Target, error) {
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
func (k composeKind) stack(s *site, name string, m machine, steps compose.Steps) *compose.Target {
	return compose.New(compose.Options{
		Name: name, Host: m.withDocker(), Dir: m.dir, State: compose.StateDir(m.dir, s.name, name), Config: k.ComposeTarget, Steps: steps,
		Synced: syncedDirs(s.workspace, s.config), InCheckout: len(k.Hosts) == 0 && isBelow(m.dir, s.workspace.Dir),
	})
}

func (k composeKind) describe(_ context.Context, s *site, r published.Release, d *deploy.Desired) error {
	d.Main = cleaned(k.File)
	if len(r.Record.HostFiles) > 0 || len(r.Record.HostDirectories) > 0 {
		k.hostFiles().describe(s, r, d)
	}
	return nil
}

// differences are the files that differ: those that the compose files take in, and
// those that services need on their hosts.
func (k composeKind) differences(ctx context.Context, _ *site, want, live deploy.Desired) []string {
	var reasons []string
	for _, name := range k.hostFiles().differing(ctx, want, live) {
		reasons = append(reasons, fmt.Sprintf("file %s differs from %s", name, live.Release.Tag))
	}
	return reasons
}

func (k composeKind) credentials(ctx context.Context, s *site, d *deploy.Desired) (err error) {
	if err = s.setEnvFile(ctx, k.Env, nil, d); err != nil {
		return err
	}
	d.Login, err = s.login(ctx)
	return err
}

func (k composeKind) releasedSecrets(ctx context.Context, s *site, _ string, versions map[string]string, d *deploy.Desired) error {
	if err := k.credentials(ctx, s, d); err != nil {
		return err
	}
	return pinEnv(versions, d, func(versions map[string]string) error { return s.setEnvFile(ctx, k.Env, versions, d) })
}

func (k composeKind) before() []config.Step { return k.Before }

func (k composeKind) keep() int { return k.Keep }

// uses are the images that services of the compose files run. Where the files
// can't be read without what only a deploy knows, they may use all.
func (k composeKind) uses(ctx context.Context, s *site, d deploy.Desired) ([]string, error) {
	files := cleaned(k.File)
	contents := map[string][]byte{}
	var unknown []string
	for _, name := range files {
		contents[name] = []byte(d.Files[name])
		for _, v := range composefile.Variables(contents[name]) {
			if _, known := d.Variables[v.Name]; !known && !v.Default {
				unknown = append(unknown, v.Name)
			}
		}
	}
	stack, _, err := composefile.LoadStandingIn(ctx, composefile.Options{
		Files: files, Contents: contents, Dir: s.workspace.Dir, Name: "changes", Env: d.Variables,
	}, distinct(unknown))
	if err != nil {
		return slices.Sorted(maps.Keys(d.Release.Images)), nil
	}
	repositories := map[string]string{}
	for name, image := range d.Images {
		repositories[name] = image.Repository()
	}
	return slices.Sorted(maps.Keys(composefile.Users(stack, repositories))), nil
}

func (k composeKind) hosts(ctx context.Context, s *site, name string) ([]Host, error) {
	machines, err := s.machines(ctx, k.Hosts, k.Path)
	if err != nil {
		return nil, err
	}
	hosts := make([]Host, len(machines))
	for i, m := range machines {
		stack := k.stack(s, name, m, compose.StepsAll)
		rehearse := func(ctx context.Context, stages *rehearsal.Stages, p pulls) []deploy.Finding {
			findings := stack.Rehearse(ctx, compose.Rehearsal{
				Stages: stages, Docker: m.docker, Images: k.pulled(ctx, s, p), Absent: p.absent, Login: p.login,
				Desired: func(ctx context.Context) (deploy.Desired, error) { return k.newest(ctx, s, name, p) },
			})
			return append(findings, k.hostFiles().rehearse(ctx, s, m, stack, p)...)
		}
		hosts[i] = Host{Target: name, Stack: stack, machine: m, places: stack.Places(), rehearse: rehearse}
	}
	return hosts, nil
}

// pulled are the images of the newest release that the stack runs.
func (k composeKind) pulled(ctx context.Context, s *site, p pulls) []string {
	if len(p.desired.Images) == 0 {
		return nil
	}
	names, err := k.uses(ctx, s, p.desired)
	if err != nil {
		return nil
	}
	var references []string
	for _, name := range names {
		references = append(references, p.desired.Images[name].Reference)
	}
	slices.Sort(references)
	return references
}

// newest is what the stack should run of the newest release.
func (k composeKind) newest(ctx context.Context, s *site, name string, p pulls) (deploy.Desired, error) {
	d := p.desired
	if len(d.Images) == 0 {
		return d, nil
	}
	if err := k.describe(ctx, s, p.newest, &d); err != nil {
		return d, err
	}
	if err := s.setEnvFile(ctx, k.Env, nil, &d); err != nil {
		return d, fmt.Errorf("target %q: %w", name, err)
	}
	return d, nil
}

func (k composeKind) place(ctx context.Context, s *site) (string, error) {
	first, err := s.firstMachine(ctx, k.Hosts, k.Path)
	return "compose " + first.String(), err
}

func (k composeKind) at(recorded config.Target) kind {
	k.Path, k.Project = recorded.Compose.Path, recorded.Compose.Project
	return k
}

// distinct are the names, each once.
func distinct(names []string) []string {
	slices.Sort(names)
	return slices.Compact(names)
}

func cleaned(files []string) []string {
	paths := make([]string, len(files))
	for i, file := range files {
		paths[i] = filepath.ToSlash(filepath.Clean(file))
	}
	return paths
}
