package observe

import (
	"context"
	"fmt"

	"golang.org/x/sync/errgroup"

	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/compose/container"
	"git.example/slipway/pipelines/deploy/compose/envfile"
	"git.example/slipway/pipelines/deploy/compose/hostfiles"
	"git.example/slipway/pipelines/deploy/compose/kept"
	"git.example/slipway/pipelines/deploy/compose/model"
	"git.example/slipway/pipelines/deploy/compose/proxy"
	"git.example/slipway/pipelines/deploy/compose/stack"
	"git.example/slipway/pipelines/deploy/compose/state"
)

// Look looks at a stack, again and again: what its host has rendered once is not
// rendered anew while nothing of it has changed.
type Look struct {
	// Host is the stack that is looked at.
	Host stack.Stack
	// Rendered is what was rendered before.
	Rendered *model.Rendered
}

// Stack reads the stack, beside what d makes of its compose files.
func (l Look) Stack(ctx context.Context, d deploy.Desired) (Observation, error) {
	return l.stack(ctx, d)
}

// stack reads the stack in two steps: the files by which it is known what to ask for,
// then all of that in one session. More is asked for then, too.
func (l Look) stack(ctx context.Context, d deploy.Desired, more ...stack.Question) (Observation, error) {
	s := l.Host
	o := Observation{Scale: s.Config.Scale}
	if err := o.readFiles(ctx, s); err != nil {
		return o, err
	}
	if err := o.Env.RefuseHandMade(d); err != nil {
		return o, err
	}
	o.Model.Name = o.State.Project
	if len(d.Main) > 0 {
		var err error
		if o.Model, err = model.Load(ctx, s, d, o.Env); err != nil {
			return o, err
		}
	}
	found, err := l.ask(ctx, d, &o, more)
	if err != nil || o.Model.Name == "" {
		return o, err // without a name nothing is there, and nothing is wanted
	}
	if o.State.Project != "" && o.State.Project != o.Model.Name {
		return o, fmt.Errorf("the stack in %q runs as compose project %q, and the release calls it %q: "+
			"set project: %s in slipway.yaml, or take the old stack down first", s.Dir, o.State.Project, o.Model.Name, o.State.Project)
	}
	o.Containers = map[string][]container.Container{}
	for _, c := range found {
		o.Containers[c.Service()] = append(o.Containers[c.Service()], c)
	}
	if o.Model.Project != nil {
		if err := o.Model.Refer(ctx, s, o.first); err != nil {
			return o, err
		}
		if o.Others, err = container.Named(ctx, s, o.Model.OtherContainers()); err != nil {
			return o, err
		}
	}
	if s.Config.Switch != nil && o.Model.Project != nil {
		if o.Proxy, err = proxy.Read(ctx, s, d); err != nil {
			return o, err
		}
	}
	return o, refuseForeign(ctx, s, o.Model.Name, found)
}

// readFiles reads the target's state and the env file.
func (o *Observation) readFiles(ctx context.Context, s stack.Stack) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		o.State, err = state.Read(ctx, s)
		return err
	})
	group.Go(func() (err error) {
		o.Env, err = envfile.Read(ctx, s)
		return err
	})
	return group.Wait()
}

// ask has the host resolve the project of o, and looks meanwhile at all that can be
// known to be needed before that is done. It returns the project's containers.
func (l Look) ask(ctx context.Context, d deploy.Desired, o *Observation, more []stack.Question) ([]container.Container, error) {
	s := l.Host
	var questions []stack.Question
	files, seen := map[string]hostfiles.Found{}, kept.Seen{}
	var unresolved error
	if len(d.Main) > 0 {
		if needs := o.needs(s, d, o.Model.All); len(needs) > 0 {
			questions = append(questions, hostfiles.Look(needs, files))
		}
		resolve, err := o.Model.Resolve(ctx, s, d, o.Env, l.Rendered)
		if err != nil {
			return nil, err
		}
		read := resolve.Read
		resolve.Read = func(answer []byte, err error) error {
			unresolved = read(answer, err)
			return unresolved
		}
		questions = append(questions, resolve, kept.Ask(o.Model.All, &seen))
		if len(o.Model.Versions) > 0 {
			questions = append(questions, hostfiles.See(s, d, o.Model.Versions, &o.Files))
		}
	}
	var found []container.Container
	if o.Model.Name != "" {
		questions = append(questions, container.All(o.Model.Name, &found))
	}
	err := s.Ask(ctx, append(questions, more...)...)
	switch {
	case unresolved != nil:
		return nil, unread(s, d, *o, files, unresolved)
	case err != nil || len(d.Main) == 0:
		return found, err
	}
	if o.Missing, err = missing(ctx, s, d, *o, files); err != nil {
		return nil, err
	}
	o.Kept, err = seen.Compare(ctx, s, o.Model.Project)
	return found, err
}
