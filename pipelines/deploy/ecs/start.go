package ecs

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// start starts one rollout.
func (w *applier) start(ctx context.Context, a action) (*rollout, error) {
	revision := w.revisions[a.Service]
	switch {
	case a.Remove:
		return w.remove(ctx, a.Service)
	case a.Deployment != "":
		w.log.printf("%s: waiting for %s", a.Service, shortARN(revision))
		return &rollout{service: a.Service, deployment: a.Deployment, revision: revision}, nil
	case a.Create:
		return w.create(ctx, a.Service, revision)
	}
	in := &ecs.UpdateServiceInput{
		Cluster: aws.String(w.api.cluster), Service: aws.String(a.Service),
		TaskDefinition: aws.String(revision), ForceNewDeployment: a.Force,
	}
	if count := w.specs[a.Service].DesiredCount; count != nil {
		in.DesiredCount = aws.Int32(int32(*count))
	}
	w.log.printf("%s: updating to %s", a.Service, shortARN(revision))
	out, err := w.api.client.UpdateService(ctx, in)
	if err != nil {
		return nil, fmt.Errorf("updating service %q to %s: %w", a.Service, shortARN(revision), explain(err))
	}
	return started(a.Service, revision, out.Service)
}

func (w *applier) create(ctx context.Context, service, revision string) (*rollout, error) {
	spec := w.specs[service]
	token := w.owner.digest(service, revision)[:32]
	in, err := w.createInput(w.desired.Files[spec.Create], spec, revision, token)
	if err != nil {
		return nil, fmt.Errorf("reading %q: %w", spec.Create, err)
	}
	w.log.printf("%s: creating, with %s", service, shortARN(revision))
	out, err := w.api.create(ctx, in)
	if err != nil {
		return nil, err
	}
	return started(service, revision, out)
}

func (w *applier) remove(ctx context.Context, service string) (*rollout, error) {
	w.log.printf("%s: removing", service)
	_, err := w.api.client.DeleteService(ctx, &ecs.DeleteServiceInput{
		Cluster: aws.String(w.api.cluster), Service: aws.String(service), Force: aws.Bool(true),
	})
	if err != nil {
		return nil, fmt.Errorf("removing service %q: %w", service, explain(err))
	}
	return &rollout{service: service, removal: true}, nil
}

// started is the rollout that ECS's answer names. Nothing but that one counts
// as ours.
func started(service, revision string, s *types.Service) (*rollout, error) {
	p := primary(*s)
	if p == nil || shortARN(aws.ToString(p.TaskDefinition)) != shortARN(revision) {
		return nil, fmt.Errorf("updating service %q to %s: ECS started no deployment of it; look at the service's events", service, shortARN(revision))
	}
	return &rollout{service: service, deployment: aws.ToString(p.Id), revision: revision, began: aws.ToTime(p.CreatedAt), seen: true}, nil
}

// createInput is the whole input: the file's, and what only a deploy knows.
func (w *applier) createInput(text string, s serviceSpec, revision, token string) (map[string]any, error) {
	d, err := readCreate(s.Create, text, s.Name)
	if err != nil {
		return nil, err
	}
	d["cluster"], d["serviceName"], d["taskDefinition"], d["clientToken"] = w.api.cluster, s.Name, revision, token
	switch {
	case s.DesiredCount != nil:
		d["desiredCount"] = *s.DesiredCount
	case d["desiredCount"] == nil && d["schedulingStrategy"] != "DAEMON":
		d["desiredCount"] = 1
	}
	tags := listOf(d["tags"])
	for key, value := range w.owner.tags() {
		tags = append(tags, map[string]any{"key": key, "value": value})
	}
	d["tags"] = tags
	return d, nil
}
