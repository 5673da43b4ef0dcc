package ecs

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"golang.org/x/sync/errgroup"

	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/report"
)

// Pull does nothing: ECS pulls where it starts tasks.
func (t *Target) Pull(context.Context, deploy.Desired, io.Writer) error { return nil }

// verifyLooks is how often what looks like drift is looked at again: what ECS
// lists may be a little older than what it runs.
const verifyLooks = 4

// Verify looks at every running task of the release's services: the digest that
// each of our containers really runs, and the revision that it was started from.
func (t *Target) Verify(ctx context.Context, d deploy.Desired) (deploy.Proof, error) {
	for n := 1; ; n++ {
		proof, err := t.prove(ctx, d)
		if err != nil || len(proof.Drift) == 0 || n == verifyLooks {
			return proof, err
		}
		if err := sleep(ctx, t.poll()); err != nil {
			return deploy.Proof{}, err
		}
	}
}

func (t *Target) prove(ctx context.Context, d deploy.Desired) (deploy.Proof, error) {
	services, err := t.look(ctx, d)
	if err != nil {
		return deploy.Proof{}, err
	}
	proofs := make([]deploy.Proof, len(services))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(callsAtOnce)
	for i, s := range services {
		group.Go(func() error {
			var err error
			proofs[i], err = t.proveService(ctx, d, s)
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

func (t *Target) proveService(ctx context.Context, d deploy.Desired, s sight) (deploy.Proof, error) {
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
	arns, err := t.api.taskARNs(ctx, ecs.ListTasksInput{ServiceName: aws.String(name), DesiredStatus: types.DesiredStatusRunning})
	if err != nil {
		return deploy.Proof{}, err
	}
	tasks, err := t.api.tasks(ctx, arns)
	if err != nil {
		return deploy.Proof{}, err
	}
	var p deploy.Proof
	if !s.runs() {
		p = drift(deploy.DriftConfig, s.want0(), shortARN(s.current()))
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
			s.proveContainer(d, task, c, &p)
		}
	}
	if want := int(s.service.DesiredCount); running < want {
		p.Drift = append(p.Drift, deploy.Drift{Subject: name, Kind: deploy.DriftMissing, Want: report.Count(want, "task"), Got: report.Count(running, "task")})
	}
	return p, nil
}

// want0 names what should run.
func (s sight) want0() string {
	if s.revision != "" {
		return shortARN(s.revision)
	}
	paths := differences(s.wanted, s.running)
	return "a task definition with other " + strings.Join(paths, ", ")
}

// proveContainer proves one container, if it is ours.
func (s sight) proveContainer(d deploy.Desired, task types.Task, c types.Container, p *deploy.Proof) {
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
	accepted := d.Images[image].Accepted
	if ours && !slices.Contains(accepted, digest) && aws.ToString(c.LastStatus) == "RUNNING" {
		p.Drift = append(p.Drift, deploy.Drift{Subject: s.spec.Name, Kind: deploy.DriftImage, Want: strings.Join(accepted, " or "), Got: digest})
	}
	if c.HealthStatus == types.HealthStatusUnhealthy {
		p.Drift = append(p.Drift, deploy.Drift{Subject: s.spec.Name, Kind: deploy.DriftState, Want: "running, healthy", Got: state})
	}
}
