package ecs

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"git.example/slipway/pipelines/deploy"
)

// VerifyMoved proves d in services that somebody else moves, such as Terraform:
// it waits for the deployments that are on their way, for at most the target's
// timeout, and looks at every task as Verify does. A deployment that fails, or
// that ECS rolled back, is a *RolloutError or a *deploy.Stopped with the
// reasons. Of t's Options it needs AWS and Config's cluster and services.
func (t *Target) VerifyMoved(ctx context.Context, d deploy.Desired) (deploy.Proof, error) {
	if err := t.connect(ctx); err != nil {
		return deploy.Proof{}, err
	}
	if err := t.api.requireCluster(ctx); err != nil {
		return deploy.Proof{}, err
	}
	for n := 1; ; n++ {
		proof, err := t.proveMoved(ctx, d)
		if err != nil || len(proof.Drift) == 0 || n == verifyLooks {
			return proof, err
		}
		if err := sleep(ctx, t.poll()); err != nil {
			return deploy.Proof{}, err
		}
	}
}

func (t *Target) proveMoved(ctx context.Context, d deploy.Desired) (deploy.Proof, error) {
	w := &worker{Target: t, Session: deploy.Session{Log: io.Discard}, desired: d}
	var whole deploy.Proof
	sights, err := t.lookMoved(ctx, d)
	if err != nil {
		return whole, err
	}
	var pending []*rollout
	for _, s := range sights {
		if s.primary.RolloutState == types.DeploymentRolloutStateInProgress {
			pending = append(pending, &rollout{service: s.spec.Name, deployment: aws.ToString(s.primary.Id), revision: s.current()})
		}
	}
	if err := w.wait(ctx, pending); err != nil {
		return whole, err
	}
	if len(pending) > 0 {
		if sights, err = t.lookMoved(ctx, d); err != nil {
			return whole, err
		}
	}
	for _, s := range sights {
		proof, err := t.proveService(ctx, d, s)
		if err != nil {
			return whole, err
		}
		if len(proof.Drift) > 0 {
			if err := w.rolledBack(ctx, s); err != nil {
				return whole, err
			}
		}
		whole.Running = append(whole.Running, proof.Running...)
		whole.Drift = append(whole.Drift, proof.Drift...)
	}
	return whole, nil
}

// lookMoved reads the services and which of their containers are the project's.
// What a service runs is what it is to run: whose digests that has the tasks tell.
func (t *Target) lookMoved(ctx context.Context, d deploy.Desired) ([]sight, error) {
	services, err := t.api.services(ctx, t.Config.Services.Names())
	if err != nil {
		return nil, err
	}
	var sights []sight
	for _, entry := range t.Config.Services {
		s := sight{spec: serviceSpec{Name: entry.Name, Containers: entry.Value.Containers}, service: services[entry.Name]}
		newest := primary(s.service)
		if aws.ToString(s.service.Status) != "ACTIVE" || newest == nil {
			return nil, fmt.Errorf("cluster %q has no service %q that is active: correct verify in slipway.yaml, or let Terraform create it", t.Config.Cluster, entry.Name)
		}
		s.there, s.primary, s.revision = true, *newest, aws.ToString(newest.TaskDefinition)
		if s.running, err = t.api.taskDefinition(ctx, s.current()); err == nil {
			s.assigned, err = s.spec.assign(s.running, d.Images)
		}
		if err != nil {
			return nil, fmt.Errorf("service %q: %w", entry.Name, err)
		}
		s.wanted = s.running
		sights = append(sights, s)
	}
	return sights, nil
}

// recent is how long before a service's newest deployment one may have begun
// that it replaced.
const recent = time.Hour

// rolledBack is why a service does not run the release, when a deployment of it
// failed; nil when none did.
func (w *worker) rolledBack(ctx context.Context, s sight) error {
	r := &rollout{service: s.spec.Name, revision: s.current(), last: s.service, began: aws.ToTime(s.primary.CreatedAt).Add(-recent)}
	for _, d := range s.service.Deployments {
		if d.RolloutState == types.DeploymentRolloutStateFailed {
			r.deployment = aws.ToString(d.Id)
			return w.failure(ctx, r, "its deployment failed: "+aws.ToString(d.RolloutStateReason)+rolledBack(&s.primary, r))
		}
	}
	out, err := w.api.client.ListServiceDeployments(ctx, &ecs.ListServiceDeploymentsInput{
		Cluster: aws.String(w.Config.Cluster), Service: aws.String(r.service), CreatedAt: &types.CreatedAt{After: aws.Time(r.began)},
	})
	if err != nil {
		return nil // not every identity may ask; that it does not run is known all the same
	}
	if len(out.ServiceDeployments) == 0 {
		return nil
	}
	newest := slices.MaxFunc(out.ServiceDeployments, func(a, b types.ServiceDeploymentBrief) int {
		return aws.ToTime(a.CreatedAt).Compare(aws.ToTime(b.CreatedAt))
	})
	if !strings.HasPrefix(string(newest.Status), "ROLLBACK_") {
		return nil
	}
	return w.failure(ctx, r, "its deployment failed, and ECS rolled back to "+shortARN(s.current()))
}
