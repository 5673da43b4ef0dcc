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

// Plan compares the services with the release. One that runs what is wanted is
// left alone: nothing is registered, nothing is updated.
func (t *Target) Plan(d deploy.Desired, observed deploy.Observed) (deploy.Plan, error) {
	o, ok := observed.State.(observation)
	if !ok {
		return deploy.Plan{}, fmt.Errorf("planning target %q: observed by another target", t.Name())
	}
	p := &planner{target: t, plan: deploy.Plan{Target: t.Name(), Tag: d.Release.Tag, Notes: o.notes}}
	if len(d.Main) > 0 && !d.Returning {
		if err := p.steps("before", t.Config.Before, o, &p.actions.Before); err != nil {
			return deploy.Plan{}, err
		}
	}
	for _, s := range o.services {
		p.service(s)
		p.plan.Pins = append(p.plan.Pins, s.pin())
	}
	if len(d.Main) > 0 && !d.Returning {
		if err := p.steps("after", t.Config.After, o, &p.actions.After); err != nil {
			return deploy.Plan{}, err
		}
	}
	var err error
	p.plan.Actions, err = json.Marshal(p.actions)
	return p.plan, err
}

// planner builds one plan.
type planner struct {
	target  *Target
	plan    deploy.Plan
	actions actions
}

func (p *planner) do(a action, c deploy.Change) {
	a.Service = c.Subject
	p.actions.Services = append(p.actions.Services, a)
	p.plan.Changes = append(p.plan.Changes, c)
}

func (p *planner) service(s sight) {
	name := s.spec.Name
	a := action{Revision: s.revision}
	if s.revision == "" && s.wanted != nil {
		a.Fingerprint = s.wanted.fingerprint()
		if s.spec.TaskDefinition == "" {
			a.Base = s.current()
		}
	}
	count := s.countNote()
	switch {
	case s.remove:
		p.do(action{Remove: true}, deploy.Change{Kind: deploy.Remove, Subject: name, Before: s.images(s.running), Note: "a deploy that did not succeed created it"})
	case !s.there:
		a.Create = true
		p.do(a, deploy.Change{Kind: deploy.Start, Subject: name, After: s.images(s.wanted), Note: "the service is created"})
	case !s.runs():
		p.do(a, deploy.Change{Kind: deploy.Replace, Subject: name, Before: s.images(s.running), After: s.after(), Note: note(s.changed(), count)})
	case s.primary.RolloutState == types.DeploymentRolloutStateFailed:
		a.Force = true
		p.do(a, deploy.Change{Kind: deploy.Restart, Subject: name, After: s.images(s.running), Note: note("its last deployment failed", count)})
	case count != "":
		p.do(a, deploy.Change{Kind: deploy.Replace, Subject: name, Before: s.images(s.running), After: s.images(s.running), Note: count})
	case !complete(s.service, s.primary):
		a.Deployment = aws.ToString(s.primary.Id)
		p.do(a, deploy.Change{Kind: deploy.Replace, Subject: name, After: s.images(s.running), Note: "on its way already: it is waited for"})
	default:
		p.plan.Unchanged = append(p.plan.Unchanged, name)
		p.actions.Services = append(p.actions.Services, action{Service: name, Revision: s.revision, Stays: true})
	}
}

// after are the images that come.
func (s sight) after() string {
	if s.wanted == nil {
		return shortARN(s.revision)
	}
	return s.images(s.wanted)
}

// changed are the paths of the task definition that change, images apart.
func (s sight) changed() string {
	if s.wanted == nil {
		return "back to " + shortARN(s.revision)
	}
	var paths []string
	for _, path := range differences(s.wanted, s.running) {
		container, key, _ := strings.Cut(path, ".")
		if _, ours := s.assigned[container]; ours && key == "image" {
			continue
		}
		paths = append(paths, path)
	}
	if len(paths) == 0 {
		return ""
	}
	return "changes " + strings.Join(paths, ", ")
}

// countNote says that the desired count changes; empty when it does not, or
// when nobody says what it should be.
func (s sight) countNote() string {
	if s.spec.DesiredCount == nil || !s.there || int(s.service.DesiredCount) == *s.spec.DesiredCount {
		return ""
	}
	return fmt.Sprintf("desired count %d -> %d", s.service.DesiredCount, *s.spec.DesiredCount)
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

// pin is what a saved plan saw of a service.
func (s sight) pin() deploy.Pin {
	value := "not there"
	if s.there {
		value = fmt.Sprintf("%s %s", shortARN(s.current()), aws.ToString(s.primary.Id))
	}
	return deploy.Pin{Subject: s.spec.Name, Value: value}
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

// stepContainer is the container that a step runs in: the one that is named,
// or the only one that is ours.
func (s sight) stepContainer(name string) (string, error) {
	d := s.wanted
	if d == nil {
		d = s.running
	}
	if name != "" {
		if _, ok := d.container(name); !ok {
			return "", fmt.Errorf("service %q has no container %q; it has %s", s.spec.Name, name, strings.Join(d.containerNames(), ", "))
		}
		return name, nil
	}
	var ours []string
	for _, container := range d.containerNames() {
		if _, ok := s.assigned[container]; ok || len(d.containerNames()) == 1 {
			ours = append(ours, container)
		}
	}
	if len(ours) != 1 {
		return "", fmt.Errorf("service %q has the containers %s: say with the key container in which it runs", s.spec.Name, strings.Join(d.containerNames(), ", "))
	}
	return ours[0], nil
}
