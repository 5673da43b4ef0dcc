package ecs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"git.example/slipway/pipelines/deploy"
)

// defaultStepTimeout ends a step that hangs.
const defaultStepTimeout = 30 * time.Minute

// oneOff is a task that runs one command.
type oneOff struct {
	service, revision, container string
	command                      []string
	timeout                      time.Duration
	// group tells the task apart from those of other steps and releases: a run
	// that follows a killed one finds it again.
	group string
	place placement
}

// placement is where tasks of a service run.
type placement struct {
	NetworkConfiguration     *types.NetworkConfiguration
	LaunchType               types.LaunchType
	CapacityProviderStrategy []types.CapacityProviderStrategyItem
	PlatformVersion          *string
	PlacementConstraints     []types.PlacementConstraint
}

// startedBy marks the one-off tasks of this target.
func (t *Target) startedBy() string {
	return "slipway/" + digest(t.Project, t.Environment, t.Name())[:24]
}

// step runs one step of the release. Its exit code gates the deploy. One that a
// killed run started is waited for, not started again.
func (w *worker) step(ctx context.Context, s step) error {
	place, err := w.placeOf(ctx, s.Service)
	if err != nil {
		return err
	}
	return w.runOneOff(ctx, oneOff{
		service: s.Service, revision: w.revisions[s.Service], container: s.Container, command: s.Command,
		timeout: s.Timeout.Or(defaultStepTimeout), place: place,
		group: "slipway-" + digest(w.Project, w.Environment, w.Name(), w.desired.Release.Tag, s.Key)[:24],
	}, w.Session)
}

// placeOf is where a service's tasks run: as it says, or as the file says that
// it is created from.
func (w *worker) placeOf(ctx context.Context, service string) (placement, error) {
	services, err := w.api.services(ctx, []string{service})
	if err != nil {
		return placement{}, err
	}
	if s, ok := services[service]; ok && aws.ToString(s.Status) == "ACTIVE" {
		return placed(s), nil
	}
	var p placement
	file := w.specs[service].Create
	if err := json.Unmarshal([]byte(w.desired.Files[file]), &p); err != nil {
		return placement{}, fmt.Errorf("reading %q: %w", file, err)
	}
	return p, nil
}

func placed(s types.Service) placement {
	return placement{s.NetworkConfiguration, s.LaunchType, s.CapacityProviderStrategy, s.PlatformVersion, s.PlacementConstraints}
}

// RunStep runs one command in a new task of the revision that the service runs.
func (t *Target) RunStep(ctx context.Context, d deploy.Desired, service string, command []string, s deploy.Session) error {
	sights, err := t.look(ctx, d)
	if err != nil {
		return err
	}
	for _, seen := range sights {
		if seen.spec.Name != service || !seen.there {
			continue
		}
		container, err := seen.stepContainer("")
		if err != nil {
			return err
		}
		return t.runOneOff(ctx, oneOff{
			service: service, revision: seen.current(), container: container, command: command,
			timeout: defaultStepTimeout, place: placed(seen.service),
			group: "slipway-" + digest(t.Project, t.Environment, t.Name(), d.Release.Tag, seen.current(), strings.Join(command, "\x00"))[:24],
		}, s)
	}
	return fmt.Errorf("cluster %q has no service %q", t.Config.Cluster, service)
}

func (t *Target) runOneOff(ctx context.Context, o oneOff, s deploy.Session) error {
	text := strings.Join(o.command, " ")
	if err := s.Fence(ctx); err != nil {
		return err
	}
	task, done, err := t.begin(ctx, o, s.Log)
	if err == nil && !done {
		err = t.follow(ctx, o, task, s.Log)
	}
	if err != nil {
		return fmt.Errorf("step %q in service %q: %w", text, o.service, err)
	}
	return nil
}

// begin starts the task, unless a run before has: done says that it has ended
// well already.
func (t *Target) begin(ctx context.Context, o oneOff, log io.Writer) (arn string, done bool, err error) {
	running, err := t.oneOffs(ctx)
	if err != nil {
		return "", false, err
	}
	for _, task := range running {
		if aws.ToString(task.Group) == o.group {
			fmt.Fprintf(log, "%s: %s runs already, as task %s\n", o.service, strings.Join(o.command, " "), shortARN(aws.ToString(task.TaskArn)))
			return aws.ToString(task.TaskArn), false, nil
		}
	}
	family, _, _ := strings.Cut(shortARN(o.revision), ":")
	arns, err := t.api.taskARNs(ctx, ecs.ListTasksInput{Family: aws.String(family), DesiredStatus: types.DesiredStatusStopped})
	if err != nil {
		return "", false, err
	}
	ended, err := t.api.tasks(ctx, arns)
	if err != nil {
		return "", false, err
	}
	attempts := 0
	for _, task := range ended {
		if aws.ToString(task.StartedBy) != t.startedBy() || aws.ToString(task.Group) != o.group {
			continue
		}
		if code := exitCode(task, o.container); code != nil && *code == 0 {
			fmt.Fprintf(log, "%s: %s ran already, as task %s\n", o.service, strings.Join(o.command, " "), shortARN(aws.ToString(task.TaskArn)))
			return "", true, nil
		}
		attempts++
	}
	fmt.Fprintf(log, "%s: %s\n", o.service, strings.Join(o.command, " "))
	arn, err = t.runTask(ctx, o, digest(o.group, strconv.Itoa(attempts))[:64])
	return arn, false, err
}

// oneOffs are this target's one-off tasks that run.
func (t *Target) oneOffs(ctx context.Context) ([]types.Task, error) {
	arns, err := t.api.taskARNs(ctx, ecs.ListTasksInput{StartedBy: aws.String(t.startedBy())})
	if err != nil {
		return nil, err
	}
	return t.api.tasks(ctx, arns)
}

func (t *Target) runTask(ctx context.Context, o oneOff, token string) (string, error) {
	in := &ecs.RunTaskInput{
		Cluster: aws.String(t.Config.Cluster), TaskDefinition: aws.String(o.revision), Count: aws.Int32(1),
		ClientToken: aws.String(token), StartedBy: aws.String(t.startedBy()), Group: aws.String(o.group),
		NetworkConfiguration: o.place.NetworkConfiguration, PlatformVersion: o.place.PlatformVersion,
		PlacementConstraints: o.place.PlacementConstraints,
		Overrides: &types.TaskOverride{ContainerOverrides: []types.ContainerOverride{
			{Name: aws.String(o.container), Command: o.command},
		}},
	}
	if len(o.place.CapacityProviderStrategy) > 0 {
		in.CapacityProviderStrategy = o.place.CapacityProviderStrategy
	} else {
		in.LaunchType = o.place.LaunchType
	}
	out, err := t.api.client.RunTask(ctx, in)
	if err != nil {
		return "", fmt.Errorf("running a task of %s: %w", shortARN(o.revision), explain(err))
	}
	for _, f := range out.Failures {
		return "", fmt.Errorf("running a task of %s: %s", shortARN(o.revision), strings.TrimSpace(aws.ToString(f.Reason)+" "+aws.ToString(f.Detail)))
	}
	if len(out.Tasks) == 0 {
		return "", fmt.Errorf("running a task of %s: ECS started none and gave no reason", shortARN(o.revision))
	}
	return aws.ToString(out.Tasks[0].TaskArn), nil
}

// follow waits until the task has ended, and wants exit code 0. A step that
// takes too long is stopped.
func (t *Target) follow(ctx context.Context, o oneOff, arn string, log io.Writer) error {
	deadline := time.Now().Add(o.timeout)
	status := ""
	for absent := 0; ; {
		tasks, err := t.api.tasks(ctx, []string{arn})
		if err != nil {
			return err
		}
		if len(tasks) == 0 {
			if absent++; absent > mostAbsent {
				return fmt.Errorf("task %s has vanished", shortARN(arn))
			}
		} else {
			task := tasks[0]
			if now := aws.ToString(task.LastStatus); now != status {
				status = now
				fmt.Fprintf(log, "%s: task %s is %s\n", o.service, shortARN(arn), status)
			}
			if code := exitCode(task, o.container); code != nil || status == "STOPPED" {
				return t.ended(ctx, o, task)
			}
		}
		if time.Now().After(deadline) {
			err := t.stopTask(ctx, arn, "slipway: the step took too long")
			return errors.Join(fmt.Errorf("task %s has not ended after %s", shortARN(arn), o.timeout), err)
		}
		if err := sleep(ctx, t.poll()); err != nil {
			return fmt.Errorf("%w; its task %s goes on", err, shortARN(arn))
		}
	}
}

// ended judges a task whose container has ended. Containers beside it that
// would go on are stopped.
func (t *Target) ended(ctx context.Context, o oneOff, task types.Task) error {
	code := exitCode(task, o.container)
	var stop error
	if aws.ToString(task.DesiredStatus) != "STOPPED" && aws.ToString(task.LastStatus) == "RUNNING" {
		stop = t.stopTask(ctx, aws.ToString(task.TaskArn), "slipway: the step has ended")
	}
	facts := "\n  " + strings.Join(taskFacts(task), "\n  ")
	switch {
	case code == nil:
		_, reason := failureOf(task)
		return fmt.Errorf("its task did not run: %s%s", reason, facts)
	case *code != 0:
		return fmt.Errorf("it ended with exit code %d%s", *code, facts)
	}
	return stop
}

func (t *Target) stopTask(ctx context.Context, arn, reason string) error {
	_, err := t.api.client.StopTask(ctx, &ecs.StopTaskInput{Cluster: aws.String(t.Config.Cluster), Task: aws.String(arn), Reason: aws.String(reason)})
	if err != nil {
		return fmt.Errorf("stopping task %s: %w", shortARN(arn), explain(err))
	}
	return nil
}

// exitCode is a container's; nil while it runs, and when it never did.
func exitCode(t types.Task, container string) *int32 {
	for _, c := range t.Containers {
		if aws.ToString(c.Name) == container {
			return c.ExitCode
		}
	}
	return nil
}

// Settle waits for one-off tasks that a killed run left running: a migration
// of another release must not run beside ours.
func (t *Target) Settle(ctx context.Context, log io.Writer) error {
	if err := t.connect(ctx); err != nil {
		return err
	}
	deadline := time.Now().Add(defaultStepTimeout)
	for {
		running, err := t.oneOffs(ctx)
		if code(err) == "ClusterNotFoundException" {
			return nil // Observe says so, with what to do
		}
		if err != nil || len(running) == 0 {
			return err
		}
		arn := aws.ToString(running[0].TaskArn)
		fmt.Fprintf(log, "waiting for task %s, a step of a run before\n", shortARN(arn))
		if time.Now().After(deadline) {
			return fmt.Errorf("task %s, a step of a run before, still runs: look at it, and end it with `aws ecs stop-task --cluster %s --task %s`", shortARN(arn), t.Config.Cluster, shortARN(arn))
		}
		if err := sleep(ctx, t.poll()); err != nil {
			return err
		}
	}
}
