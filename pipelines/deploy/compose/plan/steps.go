package plan

import (
	"fmt"
	"slices"
	"strings"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/compose/observe"
)

// Steps is which of a release's steps a target runs. On several hosts each step
// runs once, on the first one.
type Steps string

// The steps of a target.
const (
	StepsAll    Steps = ""       // it is the only host
	StepsBefore Steps = "before" // the first of several hosts: those before its services change
	StepsAfter  Steps = "after"  // the first host, when all hosts are done: nothing but those after
	StepsNone   Steps = "none"   // the other hosts
)

func (s Steps) before() bool { return s == StepsAll || s == StepsBefore }

// steps plans one-off commands, such as migrations, that this release has not
// run yet.
type steps struct {
	desired  deploy.Desired
	seen     observe.Observation
	draft    *draft
	handover *handover
	services *services
}

// run plans steps. What they depend on comes up first, as far as it is in
// order; services of ours that run already stay the old ones.
func (p steps) run(when string, steps []config.Step, order []string) error {
	if p.desired.Returning {
		return nil
	}
	for i, s := range steps {
		if _, ok := p.seen.Model.All.Services[s.Service]; !ok {
			return fmt.Errorf("step %q: the compose file has no service %q", strings.Join(s.Run, " "), s.Service)
		}
		key := fmt.Sprintf("%s %d: %s", when, i, strings.Join(s.Run, " "))
		if p.seen.State.Tag == p.desired.Release.Tag && slices.Contains(p.seen.State.Steps, key) {
			continue
		}
		for _, service := range order {
			if p.seen.Model.Needs(s.Service, service) && (!p.seen.Model.RunsOurs(service) || !p.seen.Runs(service)) {
				p.services.decide(service)
			}
		}
		p.handover.startWave()
		p.draft.change(deploy.Change{Kind: deploy.RunStep, Subject: s.Service, After: strings.Join(s.Run, " "), Note: when})
		p.draft.do(Action{Step: &Step{Key: key, Service: s.Service, Command: s.Run, Timeout: s.Timeout}})
	}
	return nil
}
