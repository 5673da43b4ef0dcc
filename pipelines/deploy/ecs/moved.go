package ecs

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy"
)

// movedProver proves a release in services that somebody else moves.
type movedProver struct {
	prover   prover
	cluster  config.ECSTarget
	rollouts rolloutWaiter
}

// prove waits for what is on its way, and looks at every task.
func (m movedProver) prove(ctx context.Context) (deploy.Proof, error) {
	observed, err := m.look(ctx)
	if err != nil {
		return deploy.Proof{}, err
	}
	var pending []*rollout
	for _, s := range observed {
		if s.primary.RolloutState == types.DeploymentRolloutStateInProgress {
			pending = append(pending, &rollout{service: s.spec.Name, deployment: aws.ToString(s.primary.Id), revision: s.current()})
		}
	}
	if err := m.rollouts.wait(ctx, pending); err != nil {
		return deploy.Proof{}, err
	}
	if len(pending) > 0 {
		if observed, err = m.look(ctx); err != nil {
			return deploy.Proof{}, err
		}
	}
	proofs, err := m.prover.proveAll(ctx, observed)
	if err != nil {
		return deploy.Proof{}, err
	}
	for i, proof := range proofs {
		if len(proof.Drift) > 0 {
			if err := rolledBackBefore(ctx, m.rollouts, observed[i]); err != nil {
				return deploy.Proof{}, err
			}
		}
	}
	return whole(proofs), nil
}

// look reads the services and which of their containers are the project's.
// What a service runs is what it is to run: whose digests that has the tasks tell.
func (m movedProver) look(ctx context.Context) ([]observedService, error) {
	services, err := m.prover.api.services(ctx, m.cluster.Services.Names())
	if err != nil {
		return nil, err
	}
	var observed []observedService
	for _, entry := range m.cluster.Services {
		s := observedService{spec: serviceSpec{Name: entry.Name, Containers: entry.Value.Containers}, service: services[entry.Name]}
		newest := primary(s.service)
		if aws.ToString(s.service.Status) != "ACTIVE" || newest == nil {
			return nil, fmt.Errorf("cluster %q has no service %q that is active: correct verify in slipway.yaml, or let Terraform create it", m.cluster.Cluster, entry.Name)
		}
		s.there, s.primary, s.revision = true, *newest, aws.ToString(newest.TaskDefinition)
		if s.running, err = m.prover.api.taskDefinition(ctx, s.current()); err == nil {
			s.assigned, err = s.spec.assign(s.running.document, m.prover.desired.Images)
		}
		if err != nil {
			return nil, fmt.Errorf("service %q: %w", entry.Name, err)
		}
		s.wanted = s.running.document
		observed = append(observed, s)
	}
	return observed, nil
}

// recent is how long before a service's newest deployment one may have begun
// that it replaced.
const recent = time.Hour

// rolledBackBefore is why a service does not run the release, when a deployment of
// it failed; nil when none did.
func rolledBackBefore(ctx context.Context, w rolloutWaiter, s observedService) error {
	r := &rollout{service: s.spec.Name, revision: s.current(), last: s.service, began: aws.ToTime(s.primary.CreatedAt).Add(-recent)}
	for _, d := range s.service.Deployments {
		if d.RolloutState == types.DeploymentRolloutStateFailed {
			r.deployment = aws.ToString(d.Id)
			return w.failure(ctx, r, "its deployment failed: "+aws.ToString(d.RolloutStateReason)+rolledBack(&s.primary, r))
		}
	}
	out, err := w.api.client.ListServiceDeployments(ctx, &ecs.ListServiceDeploymentsInput{
		Cluster: aws.String(w.api.cluster), Service: aws.String(r.service), CreatedAt: &types.CreatedAt{After: aws.Time(r.began)},
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
