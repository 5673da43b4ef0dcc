package ecs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"git.example/slipway/pipelines/command"
	"git.example/slipway/pipelines/shell"
)

// plugin is AWS's program that speaks with the agent in a container.
const plugin = "session-manager-plugin"

// pluginInstall is where it can be had.
const pluginInstall = "https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-working-with-install-plugin.html"

// sessionVariable hands a session to the plugin, which older ones take as an argument:
// everybody on the machine could read its token there.
const sessionVariable = "AWS_SSM_START_SESSION_RESPONSE"

// pluginVersion is the first that takes it.
var pluginVersion = []int{1, 2, 497}

// agentRights are what a task role needs for ECS Exec.
const agentRights = "ssmmessages:CreateControlChannel, ssmmessages:CreateDataChannel, ssmmessages:OpenControlChannel and ssmmessages:OpenDataChannel"

// Exec is the command that runs words in a container of a task of a service by ECS Exec:
// in task number n of the service, from 1. What is missing for that is an error that
// names it, and what to do.
func (t *Target) Exec(ctx context.Context, service string, n int, words []string) (command.Command, error) {
	services, err := t.logServices([]string{service})
	if err != nil {
		return command.Command{}, err
	}
	if err := findPlugin(ctx); err != nil {
		return command.Command{}, err
	}
	cluster, err := t.connect(ctx)
	if err != nil {
		return command.Command{}, err
	}
	task, err := cluster.taskNumber(ctx, services[0], n)
	if err != nil {
		return command.Command{}, err
	}
	container, err := t.execContainer(ctx, cluster, service, task)
	if err != nil {
		return command.Command{}, err
	}
	return cluster.session(ctx, service, task, container, words)
}

// findPlugin wants the plugin to be there, and new enough.
func findPlugin(ctx context.Context) error {
	if _, err := exec.LookPath(plugin); err != nil {
		return fmt.Errorf("ECS Exec needs AWS's %s, which is not on PATH: install it (%s)", plugin, pluginInstall)
	}
	out, err := command.Command{Args: []string{plugin, "--version"}}.Output(ctx)
	if err != nil {
		return fmt.Errorf("asking %s for its version: %w", plugin, err)
	}
	var version []int
	for _, part := range strings.Split(strings.TrimSpace(string(out)), ".") {
		n, err := strconv.Atoi(part)
		if err != nil {
			return fmt.Errorf("%s says that its version is %q; install it anew (%s)", plugin, strings.TrimSpace(string(out)), pluginInstall)
		}
		version = append(version, n)
	}
	if slices.Compare(version, pluginVersion) < 0 {
		return fmt.Errorf("%s is of version %s, which takes a session's token as an argument that everybody on this machine can read: update it to 1.2.497 or later (%s)",
			plugin, strings.TrimSpace(string(out)), pluginInstall)
	}
	return nil
}

// taskNumber is a running task of a service, counted from 1 in the order of their ids.
func (a *api) taskNumber(ctx context.Context, service string, n int) (types.Task, error) {
	arns, err := a.taskARNs(ctx, ecs.ListTasksInput{ServiceName: aws.String(service), DesiredStatus: types.DesiredStatusRunning})
	if err != nil {
		return types.Task{}, err
	}
	tasks, err := a.tasks(ctx, arns)
	if err != nil {
		return types.Task{}, err
	}
	tasks = slices.DeleteFunc(tasks, func(t types.Task) bool { return aws.ToString(t.LastStatus) != "RUNNING" })
	slices.SortFunc(tasks, func(a, b types.Task) int {
		return strings.Compare(aws.ToString(a.TaskArn), aws.ToString(b.TaskArn))
	})
	if n = max(n, 1); n > len(tasks) {
		return types.Task{}, fmt.Errorf("service %q of cluster %q has %d running tasks, and task %d was asked for", service, a.cluster, len(tasks), n)
	}
	return tasks[n-1], nil
}

// execContainer is the container to run in: the project's, or the only one. ECS has to
// have started its agent there.
func (t *Target) execContainer(ctx context.Context, cluster *api, service string, task types.Task) (types.Container, error) {
	id := shortARN(aws.ToString(task.TaskArn))
	if !task.EnableExecuteCommand {
		return types.Container{}, fmt.Errorf(`task %s of service %q was started without ECS Exec: set "enableExecuteCommand": true (aws ecs update-service --cluster %s --service %s --enable-execute-command --force-new-deployment), and let the task role have %s`,
			id, service, cluster.cluster, service, agentRights)
	}
	entry, _ := t.Config.Services.Get(service)
	i := slices.IndexFunc(task.Containers, func(c types.Container) bool {
		_, ours := entry.Containers[aws.ToString(c.Name)]
		return ours
	})
	if i < 0 {
		r, err := cluster.taskDefinition(ctx, aws.ToString(task.TaskDefinitionArn))
		if err != nil {
			return types.Container{}, err
		}
		first := r.document.containerNames()[0]
		i = slices.IndexFunc(task.Containers, func(c types.Container) bool { return aws.ToString(c.Name) == first })
	}
	if i < 0 {
		return types.Container{}, fmt.Errorf("task %s of service %q has no container yet: try again", id, service)
	}
	c := task.Containers[i]
	for _, agent := range c.ManagedAgents {
		if agent.Name == types.ManagedAgentNameExecuteCommandAgent && aws.ToString(agent.LastStatus) == "RUNNING" {
			return c, nil
		}
	}
	return types.Container{}, fmt.Errorf("ECS Exec's agent does not run in container %q of task %s: the task role needs %s, and the task's network a way to ssmmessages; a root file system that can only be read keeps the agent from starting, too",
		aws.ToString(c.Name), id, agentRights)
}

// session begins a session and is the plugin's call that goes on with it. Source of the
// arguments: "aws ecs execute-command" of AWS's own command line.
func (a *api) session(ctx context.Context, service string, task types.Task, c types.Container, words []string) (command.Command, error) {
	out, err := a.client.ExecuteCommand(ctx, &ecs.ExecuteCommandInput{
		Cluster: aws.String(a.cluster), Task: task.TaskArn, Container: c.Name, Interactive: true, Command: aws.String(shell.Words(words...)),
	})
	if err != nil {
		return command.Command{}, fmt.Errorf("running a command in service %q by ECS Exec: %w", service, explain(err))
	}
	if out.Session == nil {
		return command.Command{}, errors.New("ECS Exec began no session and gave no reason")
	}
	session, err := json.Marshal(map[string]string{
		"SessionId": aws.ToString(out.Session.SessionId), "StreamUrl": aws.ToString(out.Session.StreamUrl), "TokenValue": aws.ToString(out.Session.TokenValue),
	})
	if err != nil {
		return command.Command{}, err
	}
	target, err := json.Marshal(map[string]string{
		"Target": fmt.Sprintf("ecs:%s_%s_%s", shortARN(a.cluster), shortARN(aws.ToString(task.TaskArn)), aws.ToString(c.RuntimeId)),
	})
	if err != nil {
		return command.Command{}, err
	}
	region := a.client.Options().Region
	endpoint, err := ssm.NewDefaultEndpointResolverV2().ResolveEndpoint(ctx, ssm.EndpointParameters{Region: aws.String(region), UseDualStack: aws.Bool(false), UseFIPS: aws.Bool(false)})
	if err != nil {
		return command.Command{}, fmt.Errorf("finding the address of Systems Manager in %s: %w", region, err)
	}
	return command.Command{
		Args: []string{plugin, sessionVariable, region, "StartSession", "", string(target), strings.TrimSuffix(endpoint.URI.String(), "/")},
		Env:  []string{sessionVariable + "=" + string(session)},
	}, nil
}
