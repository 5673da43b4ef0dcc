package ecs

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"golang.org/x/sync/errgroup"

	"git.example/slipway/pipelines/deploy"
)

// sight is one service: what runs there and what is to run.
type sight struct {
	spec    serviceSpec
	there   bool // it is in the cluster
	service types.Service
	primary types.Deployment
	running document // of the primary deployment's revision
	// wanted is nil where only a revision is known: in what was adopted.
	wanted document
	// assigned are the containers that run our images, with their names.
	assigned map[string]string
	// revision is one that is registered already and is what is wanted; empty
	// when there is none.
	revision string
	// remove says that a deploy of ours created the service, for a release that
	// is not wanted.
	remove bool
}

// current is the revision that the service's newest deployment runs.
func (s sight) current() string { return aws.ToString(s.primary.TaskDefinition) }

// runs says that the newest deployment's revision is what is wanted.
func (s sight) runs() bool { return s.there && s.revision == s.current() }

// observation is what Plan works from.
type observation struct {
	services []sight
	notes    []string
}

// Observe reads the services, their task definitions and the secrets that they
// need. It fails when something is missing or is not there to be changed.
func (t *Target) Observe(ctx context.Context, d deploy.Desired) (deploy.Observed, error) {
	services, err := t.look(ctx, d)
	if err != nil {
		return deploy.Observed{}, err
	}
	o := observation{services: services}
	versions, err := t.checkSecrets(ctx, services)
	if err != nil {
		return deploy.Observed{}, err
	}
	if err := t.checkImages(ctx, d, services); err != nil {
		return deploy.Observed{}, err
	}
	if err := t.findRevisions(ctx, o.services, d.Returning); err != nil {
		return deploy.Observed{}, err
	}
	observed := deploy.Observed{State: o, SecretVersions: versions}
	adopted := map[string]string{}
	for _, s := range services {
		if !s.there {
			continue
		}
		observed.Running = append(observed.Running, deploy.Running{
			Subject: s.spec.Name, ID: shortARN(s.current()), Image: s.images(s.running),
			State: fmt.Sprintf("%d of %d running", s.primary.RunningCount, s.primary.DesiredCount),
		})
		if !t.created(s.service) {
			adopted[s.spec.Name] = t.firstOf(s)
		}
	}
	if len(adopted) > 0 && len(d.Main) > 0 {
		observed.Previous = &deploy.Desired{Project: d.Project, Environment: d.Environment, Adopted: adopted}
	}
	return observed, nil
}

// look reads what d is about, without looking for revisions to use again.
func (t *Target) look(ctx context.Context, d deploy.Desired) ([]sight, error) {
	specs, err := wantedServices(d)
	if err != nil {
		return nil, err
	}
	if err := t.connect(ctx); err != nil {
		return nil, err
	}
	if err := t.api.requireCluster(ctx); err != nil {
		return nil, err
	}
	wanted := map[string]bool{}
	var sights []sight
	for _, spec := range specs {
		wanted[spec.Name] = true
		sights = append(sights, sight{spec: spec})
	}
	for _, name := range slices.Sorted(maps.Keys(d.Adopted)) {
		wanted[name] = true
		sights = append(sights, sight{spec: serviceSpec{Name: name}, revision: d.Adopted[name]})
	}
	others := len(sights)
	for _, name := range t.Config.Services.Names() {
		if !wanted[name] {
			sights = append(sights, sight{spec: serviceSpec{Name: name}})
		}
	}
	names := make([]string, len(sights))
	for i, s := range sights {
		names[i] = s.spec.Name
	}
	services, err := t.api.services(ctx, names)
	if err != nil {
		return nil, err
	}
	group, reading := errgroup.WithContext(ctx)
	group.SetLimit(callsAtOnce)
	for i := range sights {
		s := &sights[i]
		s.service, s.there = services[s.spec.Name]
		s.there = s.there && aws.ToString(s.service.Status) != "INACTIVE"
		group.Go(func() error {
			if err := t.readService(reading, d, s, i >= others); err != nil {
				return fmt.Errorf("service %q: %w", s.spec.Name, err)
			}
			return nil
		})
	}
	err = group.Wait()
	return slices.DeleteFunc(sights, func(s sight) bool { return s.spec.Name == "" }), err
}

// readService completes a sight. One that d does not have is left out, but for
// what this process, or a first deploy, did to it.
func (t *Target) readService(ctx context.Context, d deploy.Desired, s *sight, unwanted bool) error {
	if s.there {
		if err := deployable(s.service); err != nil {
			return err
		}
		s.primary = *primary(s.service)
		t.remember(*s)
	}
	switch {
	case unwanted && s.there && t.created(s.service):
		s.remove = true
	case unwanted && s.there && t.firstOf(*s) != s.current():
		s.revision = t.firstOf(*s)
	case unwanted:
		*s = sight{}
		return nil
	case !s.there && s.spec.Create == "":
		return fmt.Errorf("cluster %q has no service of that name: create it there, or let slipway.yaml name its create: file", t.Config.Cluster)
	}
	if s.there {
		var err error
		if s.running, err = t.api.taskDefinition(ctx, s.current()); err != nil {
			return err
		}
	}
	if s.remove || s.revision != "" {
		return nil
	}
	return s.want(d)
}

// want works out the document that the release wants.
func (s *sight) want(d deploy.Desired) error {
	base, from := s.running, "its task definition "+shortARN(s.current())
	if file := s.spec.TaskDefinition; file != "" {
		from = fmt.Sprintf("task definition %q", file)
		var err error
		if base, err = parse([]byte(d.Files[file])); err != nil {
			return fmt.Errorf("reading %s: %w", from, err)
		}
	}
	if base == nil {
		return errors.New("it is not there yet, so slipway.yaml has to name its task-definition")
	}
	var err error
	if s.wanted, s.assigned, err = s.spec.pinned(base, d); err != nil {
		return fmt.Errorf("%s: %w", from, err)
	}
	if s.there && equal(s.wanted, s.running) {
		s.revision = s.current()
	}
	return nil
}

// images are those of our containers, or of all when nobody knows which are.
func (s sight) images(d document) string {
	text := ""
	for _, c := range d.containers() {
		if _, ours := s.assigned[c.name()]; !ours && len(s.assigned) > 0 {
			continue
		}
		if text != "" {
			text += ", "
		}
		text += short(c.image())
	}
	return text
}

// remember keeps the revision that a service ran when it was first seen. One
// whose deployment failed is none to go back to.
func (t *Target) remember(s sight) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.first[s.spec.Name] != "" {
		return
	}
	revision := s.current()
	if s.primary.RolloutState == types.DeploymentRolloutStateFailed {
		for _, other := range s.service.Deployments {
			if other.RolloutState != types.DeploymentRolloutStateFailed {
				revision = aws.ToString(other.TaskDefinition)
			}
		}
	}
	t.first[s.spec.Name] = revision
}

func (t *Target) firstOf(s sight) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.first[s.spec.Name]
}

// How many of a family's newest revisions are compared with a wanted document
// before another is registered. A release that comes back ran before, so its
// revision is there; a new one is there only when a run was killed.
const (
	searchNew       = 3
	searchReturning = 30
)

// findRevisions looks for revisions that are what is wanted.
func (t *Target) findRevisions(ctx context.Context, services []sight, returning bool) error {
	limit := searchNew
	if returning {
		limit = searchReturning
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(callsAtOnce)
	for i := range services {
		s := &services[i]
		if s.wanted == nil || s.revision != "" {
			continue
		}
		group.Go(func() error {
			arns, err := t.api.revisions(ctx, s.wanted.family(), limit)
			if err != nil {
				return err
			}
			for _, arn := range arns {
				d, err := t.api.taskDefinition(ctx, arn)
				if err != nil {
					return err
				}
				if equal(s.wanted, d) {
					s.revision = arn
					return nil
				}
			}
			return nil
		})
	}
	return group.Wait()
}
