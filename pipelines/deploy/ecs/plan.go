package ecs

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy"
)

// actions are what Apply does. Documents are not among them: they may hold
// what should be a secret.
type actions struct {
	Services []action `json:"services,omitempty"`
	Before   []step   `json:"before,omitempty"`
	After    []step   `json:"after,omitempty"`
}

// action is what is done to one service.
type action struct {
	Service string `json:"service"`
	// Revision to run; empty when one has to be registered.
	Revision string `json:"revision,omitempty"`
	// Base is the revision that the document to register is made from; empty
	// when it is made from the release's file. Fingerprint is what it has to be.
	Base        string `json:"base,omitempty"`
	Fingerprint string `json:"fingerprint,omitempty"`
	Create      bool   `json:"create,omitempty"`
	Remove      bool   `json:"remove,omitempty"`
	// Deployment is one that is on its way already.
	Deployment string `json:"deployment,omitempty"`
	// Force starts another deployment of the revision that runs.
	Force bool `json:"force,omitempty"`
	// Stays is a service that is only there for its steps.
	Stays bool `json:"stays,omitempty"`
}

// step is a one-off task.
type step struct {
	Key       string          `json:"key"`
	Service   string          `json:"service"`
	Container string          `json:"container,omitempty"`
	Command   []string        `json:"command"`
	Timeout   config.Duration `json:"timeout,omitempty"`
}

// makePlan compares the services with the release as Target.Plan says.
func makePlan(options Options, d deploy.Desired, observed deploy.Observed) (deploy.Plan, error) {
	o, ok := observed.State.(observation)
	if !ok {
		return deploy.Plan{}, fmt.Errorf("planning target %q: observed by another target", options.Name)
	}
	p := &planner{plan: deploy.Plan{Target: options.Name, Tag: d.Release.Tag}}
	if len(d.Main) > 0 && !d.Returning {
		if err := p.steps("before", options.Config.Before, o, &p.actions.Before); err != nil {
			return deploy.Plan{}, err
		}
	}
	for _, s := range o.services {
		p.service(s)
		p.plan.Pins = append(p.plan.Pins, s.pin())
	}
	if len(d.Main) > 0 && !d.Returning {
		if err := p.steps("after", options.Config.After, o, &p.actions.After); err != nil {
			return deploy.Plan{}, err
		}
	}
	notes, err := Notes(d)
	if err != nil {
		return deploy.Plan{}, err
	}
	p.plan.Notes = append(p.plan.Notes, notes...)
	p.plan.Actions, err = json.Marshal(p.actions)
	return p.plan, err
}

// planner builds one plan.
type planner struct {
	plan    deploy.Plan
	actions actions
}

func (p *planner) do(a action, c deploy.Change) {
	a.Service = c.Subject
	p.actions.Services = append(p.actions.Services, a)
	p.plan.Changes = append(p.plan.Changes, c)
}

func (p *planner) service(s observedService) {
	name := s.spec.Name
	a := action{Revision: s.revision}
	if s.revision == "" && s.wanted != nil {
		a.Fingerprint = s.wanted.fingerprint()
		switch {
		case s.base != "":
			a.Base = s.base
		case s.spec.TaskDefinition == "":
			a.Base = s.current()
		}
	}
	count := s.countNote()
	switch {
	case s.remove:
		p.do(action{Remove: true}, deploy.Change{Kind: deploy.Remove, Subject: name, Before: s.images(s.running.document), Note: "a deploy that did not succeed created it"})
	case !s.there:
		a.Create = true
		p.do(a, deploy.Change{Kind: deploy.Start, Subject: name, After: s.images(s.wanted), Note: "the service is created"})
	case !s.runs():
		p.do(a, deploy.Change{Kind: deploy.Replace, Subject: name, Before: s.images(s.running.document), After: s.after(), Note: note(s.changed(), s.gone, count)})
	case s.primary.RolloutState == types.DeploymentRolloutStateFailed:
		a.Force = true
		p.do(a, deploy.Change{Kind: deploy.Restart, Subject: name, After: s.images(s.running.document), Note: note("its last deployment failed", count)})
	case count != "":
		p.do(a, deploy.Change{Kind: deploy.Replace, Subject: name, Before: s.images(s.running.document), After: s.images(s.running.document), Note: count})
	case !rolledOut(s.service, s.primary):
		a.Deployment = aws.ToString(s.primary.Id)
		p.do(a, deploy.Change{Kind: deploy.Replace, Subject: name, After: s.images(s.running.document), Note: "on its way already: it is waited for"})
	default:
		p.plan.Unchanged = append(p.plan.Unchanged, name)
		p.actions.Services = append(p.actions.Services, action{Service: name, Revision: s.revision, Stays: true})
	}
}

func note(parts ...string) string {
	var said []string
	for _, part := range parts {
		if part != "" {
			said = append(said, part)
		}
	}
	return strings.Join(said, "; ")
}

// steps plans one-off tasks.
func (p *planner) steps(when string, steps []config.ECSStep, o observation, into *[]step) error {
	for i, c := range steps {
		command := strings.Join(c.Run, " ")
		found := false
		for _, s := range o.services {
			if s.spec.Name != c.Service {
				continue
			}
			found = true
			container, err := s.stepContainer(c.Container)
			if err != nil {
				return fmt.Errorf("step %q: %w", command, err)
			}
			*into = append(*into, step{
				Key: fmt.Sprintf("%s %d: %s", when, i, command), Service: c.Service, Container: container, Command: c.Run, Timeout: c.Timeout,
			})
		}
		if !found {
			return fmt.Errorf("step %q: the release has no service %q", command, c.Service)
		}
		p.plan.Changes = append(p.plan.Changes, deploy.Change{Kind: deploy.RunStep, Subject: c.Service, After: command, Note: when})
	}
	return nil
}
