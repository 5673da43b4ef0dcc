package plan

import (
	"slices"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/compose/observe"
)

// resources says which networks and volumes come and go with what a plan does:
// compose makes them when it starts the first service that uses them.
type resources struct {
	seen  observe.Observation
	draft *draft
}

// create has the changes from a place on begin with what is made. Later are steps
// that another target runs on this host, after all of this.
func (p resources) create(from int, later []config.Step) {
	var needed []string
	need := func(service string) { needed = append(needed, p.seen.Model.Resources(service)...) }
	for _, do := range p.draft.actions.Do {
		for _, u := range do.Up {
			if !u.Skip {
				need(u.Service)
			}
		}
		if do.Step != nil {
			need(do.Step.Service)
		}
	}
	for _, s := range later {
		need(s.Service)
	}
	slices.Sort(needed)
	var made []deploy.Change
	for _, name := range slices.Compact(needed) {
		if !p.seen.HasResource(name) {
			made = append(made, deploy.Change{Kind: deploy.Create, Subject: name})
		}
	}
	p.draft.plan.Changes = slices.Insert(p.draft.plan.Changes, from, made...)
}

// destroy says which networks go with the last container of a project. Volumes stay.
func (p resources) destroy() {
	gone := slices.ContainsFunc(p.draft.actions.Do, func(a Action) bool { return a.Remove != nil && a.Remove.All })
	if !gone {
		return
	}
	var names []string
	for name, project := range p.seen.Resources {
		if project == p.seen.Model.Name && observe.IsNetwork(name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		p.draft.change(deploy.Change{Kind: deploy.Destroy, Subject: name})
	}
}
