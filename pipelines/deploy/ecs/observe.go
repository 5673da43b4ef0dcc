package ecs

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"golang.org/x/sync/errgroup"

	"git.example/slipway/pipelines/deploy"
)

// observation is what Plan works from.
type observation struct {
	services []observedService
}

// observer looks at the services for one release.
type observer struct {
	options Options
	api     *api
	first   *firstRevisions
	desired deploy.Desired
	specs   []serviceSpec
	// proving says that nothing is planned: what runs is compared with what it should be.
	proving bool
}

// observe reads the services as Target.Observe says.
func (o *observer) observe(ctx context.Context) (deploy.Observed, error) {
	d := o.desired
	services, err := o.look(ctx)
	if err != nil {
		return deploy.Observed{}, err
	}
	versions, err := o.options.checkSecrets(ctx, services)
	if err != nil {
		return deploy.Observed{}, err
	}
	if err := o.options.checkImages(ctx, d, services); err != nil {
		return deploy.Observed{}, err
	}
	if err := findRevisions(ctx, o.api, services, d.Returning); err != nil {
		return deploy.Observed{}, err
	}
	observed := deploy.Observed{State: observation{services: services}, SecretVersions: versions}
	adopted := map[string]string{}
	for _, s := range services {
		if !s.there {
			continue
		}
		observed.Running = append(observed.Running, deploy.Running{
			Subject: s.spec.Name, ID: shortARN(s.current()), Image: s.images(s.running.document),
			State: fmt.Sprintf("%d of %d running", s.primary.RunningCount, s.primary.DesiredCount),
		})
		if !o.options.owner().created(s.service) {
			adopted[s.spec.Name] = o.first.get(s)
		}
	}
	if len(adopted) > 0 && len(d.Main) > 0 {
		observed.Previous = &deploy.Desired{Project: d.Project, Environment: d.Environment, Adopted: adopted}
	}
	return observed, nil
}

// look reads what the release is about, without looking for revisions to use
// again.
func (o *observer) look(ctx context.Context) ([]observedService, error) {
	d := o.desired
	if err := o.api.requireCluster(ctx); err != nil {
		return nil, err
	}
	wanted := map[string]bool{}
	var observed []observedService
	for _, spec := range o.specs {
		wanted[spec.Name] = true
		observed = append(observed, observedService{spec: spec})
	}
	for _, name := range slices.Sorted(maps.Keys(d.Adopted)) {
		wanted[name] = true
		observed = append(observed, observedService{spec: serviceSpec{Name: name}, revision: d.Adopted[name]})
	}
	others := len(observed)
	for _, name := range o.options.Config.Services.Names() {
		if !wanted[name] {
			observed = append(observed, observedService{spec: serviceSpec{Name: name}})
		}
	}
	names := make([]string, len(observed))
	for i, s := range observed {
		names[i] = s.spec.Name
	}
	services, err := o.api.services(ctx, names)
	if err != nil {
		return nil, err
	}
	group, reading := errgroup.WithContext(ctx)
	group.SetLimit(callsAtOnce)
	for i := range observed {
		s := &observed[i]
		s.service, s.there = services[s.spec.Name]
		s.there = s.there && aws.ToString(s.service.Status) != "INACTIVE"
		group.Go(func() error {
			if err := o.readService(reading, s, i >= others); err != nil {
				return fmt.Errorf("service %q: %w", s.spec.Name, err)
			}
			return nil
		})
	}
	err = group.Wait()
	return slices.DeleteFunc(observed, func(s observedService) bool { return s.spec.Name == "" }), err
}

// readService reads the rest of a service. One that the release does not have is
// left out, but for what this process, or a first deploy, did to it.
func (o *observer) readService(ctx context.Context, s *observedService, unwanted bool) error {
	if s.there {
		if err := deployable(s.service); err != nil {
			return err
		}
		s.primary = *primary(s.service)
		o.first.remember(*s)
	}
	switch {
	case unwanted && s.there && o.options.owner().created(s.service):
		s.remove = true
	case unwanted && s.there && o.first.get(*s) != s.current():
		s.revision = o.first.get(*s)
	case unwanted:
		*s = observedService{}
		return nil
	case !s.there && s.spec.Create == "":
		return fmt.Errorf("cluster %q has no service of that name: create it there, or let slipway.yaml name its create: file", o.options.Config.Cluster)
	}
	if s.there {
		var err error
		if s.running, err = o.api.taskDefinition(ctx, s.current()); err != nil {
			return err
		}
	}
	if s.remove || s.revision != "" {
		return nil
	}
	if arn := recordedRevision(s.spec, o.desired); arn != "" {
		return o.setRecorded(ctx, s, arn)
	}
	if err := s.setWanted(o.desired); err != nil {
		return err
	}
	s.setBefore(o.desired.Live)
	if !o.proving && !o.desired.Returning && !s.runs() {
		if err := s.wanted.checkArchitecture(s.assigned, o.desired); err != nil {
			return err
		}
	}
	if o.proving && s.there && s.running.made == "" && s.running.has(s.wanted) {
		s.revision = s.current() // a deploy made it that noted nothing: an older Slipway's
	}
	return nil
}
