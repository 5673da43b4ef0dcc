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
	"golang.org/x/sync/errgroup"

	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/report"
)

// verifyLooks is how often what looks like drift is looked at again: what ECS
// lists may be a little older than what it runs.
const verifyLooks = 4

// untilProven proves again and again while there is drift that may be a late
// answer.
func untilProven(ctx context.Context, poll time.Duration, prove func(context.Context) (deploy.Proof, error)) (deploy.Proof, error) {
	for n := 1; ; n++ {
		proof, err := prove(ctx)
		if err != nil || len(proof.Drift) == 0 || n == verifyLooks {
			return proof, err
		}
		if err := sleep(ctx, poll); err != nil {
			return deploy.Proof{}, err
		}
	}
}

// prover proves that services run a release.
type prover struct {
	api     *api
	desired deploy.Desired
}

// proveAll proves all services.
func (v prover) proveAll(ctx context.Context, services []observedService) (deploy.Proof, error) {
	proofs := make([]deploy.Proof, len(services))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(callsAtOnce)
	for i, s := range services {
		group.Go(func() error {
			var err error
			proofs[i], err = v.prove(ctx, s)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return deploy.Proof{}, err
	}
	var whole deploy.Proof
	for _, p := range proofs {
		whole.Running = append(whole.Running, p.Running...)
		whole.Drift = append(whole.Drift, p.Drift...)
	}
	return whole, nil
}

// prove looks at every task of a service.
func (v prover) prove(ctx context.Context, s observedService) (deploy.Proof, error) {
	name := s.spec.Name
	drift := func(kind, want, got string) deploy.Proof {
		return deploy.Proof{Drift: []deploy.Drift{{Subject: name, Kind: kind, Want: want, Got: got}}}
	}
	switch {
	case s.remove:
		return drift(deploy.DriftExtra, "", shortARN(s.current())), nil
	case !s.there:
		return drift(deploy.DriftMissing, "the service", ""), nil
	}
	arns, err := v.api.taskARNs(ctx, ecs.ListTasksInput{ServiceName: aws.String(name), DesiredStatus: types.DesiredStatusRunning})
	if err != nil {
		return deploy.Proof{}, err
	}
	tasks, err := v.api.tasks(ctx, arns)
	if err != nil {
		return deploy.Proof{}, err
	}
	var p deploy.Proof
	if !s.runs() {
		p = drift(deploy.DriftConfig, s.wantedText(), shortARN(s.current()))
	} else if s.primary.RolloutState == types.DeploymentRolloutStateFailed {
		p = drift(deploy.DriftState, "COMPLETED", string(s.primary.RolloutState))
	}
	running := 0
	for _, task := range tasks {
		if aws.ToString(task.LastStatus) == "RUNNING" {
			running++
		}
		if aws.ToString(task.TaskDefinitionArn) != s.current() {
			p.Drift = append(p.Drift, deploy.Drift{Subject: name, Kind: deploy.DriftConfig, Want: shortARN(s.current()),
				Got: fmt.Sprintf("task %s of %s", shortARN(aws.ToString(task.TaskArn)), shortARN(aws.ToString(task.TaskDefinitionArn)))})
			continue
		}
		for _, c := range task.Containers {
			v.proveContainer(s, task, c, &p)
		}
	}
	if want := int(s.service.DesiredCount); running < want {
		p.Drift = append(p.Drift, deploy.Drift{Subject: name, Kind: deploy.DriftMissing, Want: report.Count(want, "task"), Got: report.Count(running, "task")})
	}
	return p, nil
}

// proveContainer proves one container, if it is ours.
func (v prover) proveContainer(s observedService, task types.Task, c types.Container, p *deploy.Proof) {
	name := aws.ToString(c.Name)
	image, ours := s.assigned[name]
	if !ours && s.wanted != nil {
		return
	}
	state := strings.ToLower(aws.ToString(c.LastStatus))
	if c.HealthStatus != "" && c.HealthStatus != types.HealthStatusUnknown {
		state += ", " + strings.ToLower(string(c.HealthStatus))
	}
	digest := aws.ToString(c.ImageDigest)
	if digest == "" { // an agent that does not tell pulls by the reference all the same
		_, digest, _ = strings.Cut(aws.ToString(c.Image), "@")
	}
	p.Running = append(p.Running, deploy.Running{Subject: s.spec.Name, ID: shortARN(aws.ToString(task.TaskArn)) + "/" + name, Image: digest, State: state})
	accepted := v.desired.Images[image].Accepted
	if ours && !slices.Contains(accepted, digest) && aws.ToString(c.LastStatus) == "RUNNING" {
		p.Drift = append(p.Drift, deploy.Drift{Subject: s.spec.Name, Kind: deploy.DriftImage, Want: strings.Join(accepted, " or "), Got: digest})
	}
	if c.HealthStatus == types.HealthStatusUnhealthy {
		p.Drift = append(p.Drift, deploy.Drift{Subject: s.spec.Name, Kind: deploy.DriftState, Want: "running, healthy", Got: state})
	}
}
