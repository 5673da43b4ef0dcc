package observe

import (
	"context"
	"fmt"

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

// Stack reads the stack, beside what d makes of its compose files.
func Stack(ctx context.Context, s stack.Stack, d deploy.Desired) (Observation, error) {
	o := Observation{Scale: s.Config.Scale}
	var err error
	if o.State, err = state.Read(ctx, s); err != nil {
		return o, err
	}
	if o.Env, err = envfile.Read(ctx, s); err != nil {
		return o, err
	}
	if err := o.Env.RefuseHandMade(d); err != nil {
		return o, err
	}
	o.Model.Name = o.State.Project
	if len(d.Main) > 0 {
		if o.Model, err = model.Load(ctx, s, d, o.Env); err != nil {
			return o, err
		}
		loaded := o
		if o.Model, err = o.Model.Resolve(ctx, s, d, o.Env); err != nil {
			return o, unread(ctx, s, d, loaded, err)
		}
		if o.Files, err = hostfiles.See(ctx, s, d, o.Model.Versions); err != nil {
			return o, err
		}
		if o.Missing, err = missing(ctx, s, d, o); err != nil {
			return o, err
		}
		if o.Kept, err = kept.Look(ctx, s, o.Model.Project); err != nil {
			return o, err
		}
	}
	if o.Model.Name == "" {
		return o, nil // nothing is there, and nothing is wanted
	}
	if o.State.Project != "" && o.State.Project != o.Model.Name {
		return o, fmt.Errorf("the stack in %q runs as compose project %q, and the release calls it %q: "+
			"set project: %s in slipway.yaml, or take the old stack down first", s.Dir, o.State.Project, o.Model.Name, o.State.Project)
	}
	found, err := container.List(ctx, s, o.Model.Name, "")
	if err != nil {
		return o, err
	}
	if err := container.FillDigests(ctx, s, found); err != nil {
		return o, err
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
