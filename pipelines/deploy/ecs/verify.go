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

// proveAll proves all services, and gives the proof of each.
func (v prover) proveAll(ctx context.Context, services []observedService) ([]deploy.Proof, error) {
	lists := make([][]string, len(services))
	group, listing := errgroup.WithContext(ctx)
	group.SetLimit(callsAtOnce)
	for i, s := range services {
		if s.remove || !s.there {
			continue
		}
		group.Go(func() (err error) {
			lists[i], err = v.api.taskARNs(listing, ecs.ListTasksInput{ServiceName: aws.String(s.spec.Name), DesiredStatus: types.DesiredStatusRunning})
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	tasks, err := v.api.tasks(ctx, slices.Concat(lists...))
	if err != nil {
		return nil, err
	}
	byARN := map[string]types.Task{}
	for _, task := range tasks {
		byARN[aws.ToString(task.TaskArn)] = task
	}
	proofs := make([]deploy.Proof, len(services))
	for i, s := range services {
		var own []types.Task
		for _, arn := range lists[i] {
			if task, there := byARN[arn]; there {
				own = append(own, task)
			}
		}
		proofs[i] = v.prove(s, own)
	}
	return proofs, nil
}

// whole is the proof of all services.
func whole(proofs []deploy.Proof) deploy.Proof {
	var all deploy.Proof
	for _, p := range proofs {
		all.Running = append(all.Running, p.Running...)
		all.Drift = append(all.Drift, p.Drift...)
		for service, revision := range p.Revisions {
			if all.Revisions == nil {
				all.Revisions = map[string]string{}
			}
			all.Revisions[service] = revision
		}
	}
	return all
}

// prove looks at every task of a service.
func (v prover) prove(s observedService, tasks []types.Task) deploy.Proof {
	name := s.spec.Name
	drift := func(kind, want, got string) deploy.Proof {
		return deploy.Proof{Drift: []deploy.Drift{{Subject: name, Kind: kind, Want: want, Got: got}}}
	}
	switch {
	case s.remove:
		return drift(deploy.DriftExtra, "", shortARN(s.current()))
	case !s.there:
		return drift(deploy.DriftMissing, "the service", "")
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
	if len(p.Drift) == 0 {
		p.Revisions = map[string]string{name: s.current()}
	}
	return p
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
