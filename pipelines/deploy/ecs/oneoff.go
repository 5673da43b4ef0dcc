package ecs

import (
	"context"
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
	group     string
	placement placement
}

// oneOffs runs one-off tasks of a target.
type oneOffs struct {
	api   *api
	owner owner
	poll  time.Duration
}

// run runs the task to its end. One that a killed run started is waited for, not
// started again.
func (t oneOffs) run(ctx context.Context, o oneOff, s deploy.Session) error {
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
func (t oneOffs) begin(ctx context.Context, o oneOff, log io.Writer) (arn string, done bool, err error) {
	active, err := t.running(ctx)
	if err != nil {
		return "", false, err
	}
	for _, task := range active {
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
		if aws.ToString(task.StartedBy) != t.owner.startedBy() || aws.ToString(task.Group) != o.group {
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

// running are this target's one-off tasks that run.
func (t oneOffs) running(ctx context.Context) ([]types.Task, error) {
	arns, err := t.api.taskARNs(ctx, ecs.ListTasksInput{StartedBy: aws.String(t.owner.startedBy())})
	if err != nil {
		return nil, err
	}
	return t.api.tasks(ctx, arns)
}

func (t oneOffs) runTask(ctx context.Context, o oneOff, token string) (string, error) {
	in := &ecs.RunTaskInput{
		Cluster: aws.String(t.api.cluster), TaskDefinition: aws.String(o.revision), Count: aws.Int32(1),
		ClientToken: aws.String(token), StartedBy: aws.String(t.owner.startedBy()), Group: aws.String(o.group),
		NetworkConfiguration: o.placement.NetworkConfiguration, PlatformVersion: o.placement.PlatformVersion,
		PlacementConstraints: o.placement.PlacementConstraints,
		Overrides: &types.TaskOverride{ContainerOverrides: []types.ContainerOverride{
			{Name: aws.String(o.container), Command: o.command},
		}},
	}
	if len(o.placement.CapacityProviderStrategy) > 0 {
		in.CapacityProviderStrategy = o.placement.CapacityProviderStrategy
	} else {
		in.LaunchType = o.placement.LaunchType
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
func (t oneOffs) follow(ctx context.Context, o oneOff, arn string, log io.Writer) error {
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
				return t.judge(ctx, o, task)
			}
		}
		if time.Now().After(deadline) {
			err := t.stop(ctx, arn, "slipway: the step took too long")
			return errors.Join(fmt.Errorf("task %s has not ended after %s", shortARN(arn), o.timeout), err)
		}
		if err := sleep(ctx, t.poll); err != nil {
			return fmt.Errorf("%w; its task %s goes on", err, shortARN(arn))
		}
	}
}

// judge judges a task whose container has ended. Containers beside it that
// would go on are stopped.
func (t oneOffs) judge(ctx context.Context, o oneOff, task types.Task) error {
	code := exitCode(task, o.container)
	var stop error
	if aws.ToString(task.DesiredStatus) != "STOPPED" && aws.ToString(task.LastStatus) == "RUNNING" {
		stop = t.stop(ctx, aws.ToString(task.TaskArn), "slipway: the step has ended")
	}
	facts := func() string {
		return "\n  " + strings.Join(append(taskFacts(task), t.api.logFacts(ctx, o.service, task)...), "\n  ")
	}
	switch {
	case code == nil:
		_, reason := failureOf(task)
		return fmt.Errorf("its task did not run: %s%s", reason, facts())
	case *code != 0:
		return fmt.Errorf("it ended with exit code %d%s", *code, facts())
	}
	return stop
}

func (t oneOffs) stop(ctx context.Context, arn, reason string) error {
	_, err := t.api.client.StopTask(ctx, &ecs.StopTaskInput{Cluster: aws.String(t.api.cluster), Task: aws.String(arn), Reason: aws.String(reason)})
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

// settle waits for one-off tasks that a killed run left running: a migration
// of another release must not run beside ours.
func (t oneOffs) settle(ctx context.Context, log io.Writer) error {
	deadline := time.Now().Add(defaultStepTimeout)
	for {
		active, err := t.running(ctx)
		if code(err) == "ClusterNotFoundException" {
			return nil // Observe says so, with what to do
		}
		if err != nil || len(active) == 0 {
			return err
		}
		arn := aws.ToString(active[0].TaskArn)
		fmt.Fprintf(log, "waiting for task %s, a step of a run before\n", shortARN(arn))
		if time.Now().After(deadline) {
			return fmt.Errorf("task %s, a step of a run before, still runs: look at it, and end it with `aws ecs stop-task --cluster %s --task %s`", shortARN(arn), t.api.cluster, shortARN(arn))
		}
		if err := sleep(ctx, t.poll); err != nil {
			return err
		}
	}
}
