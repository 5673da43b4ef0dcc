package ecs

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"
)

// usersOf is who has which revision, by ARN: services, their deployments and task sets,
// tasks of these families, schedules and rules of EventBridge, in all clusters of the
// account in this region. What may not be looked at is an error: who can't be seen may
// have any.
func (a *api) usersOf(ctx context.Context, families []string) (map[string]string, error) {
	users := map[string]string{}
	clusters, err := a.clusters(ctx)
	if err != nil {
		return nil, err
	}
	for _, cluster := range clusters {
		if err := a.in(cluster).usersInCluster(ctx, families, users); err != nil {
			return nil, err
		}
	}
	schedules, err := a.schedules(ctx)
	if err != nil {
		return nil, err
	}
	for _, s := range schedules {
		users[s.revision] = "schedule " + s.name
	}
	for _, cluster := range clusters {
		rules, err := a.ruleTargets(ctx, cluster)
		if err != nil {
			return nil, err
		}
		for _, r := range rules {
			users[aws.ToString(r.target.EcsParameters.TaskDefinitionArn)] = "rule " + r.rule
		}
	}
	return users, nil
}

// in is the same for another cluster.
func (a *api) in(cluster string) *api {
	return &api{client: a.client, config: a.config, cluster: cluster}
}

// clusters are the ARNs of the account's clusters in this region.
func (a *api) clusters(ctx context.Context) ([]string, error) {
	var arns []string
	pages := ecs.NewListClustersPaginator(a.client, &ecs.ListClustersInput{})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("listing the account's clusters: %w", explain(err))
		}
		arns = append(arns, page.ClusterArns...)
	}
	return arns, nil
}

func (a *api) usersInCluster(ctx context.Context, families []string, users map[string]string) error {
	where := " of cluster " + shortARN(a.cluster)
	for _, family := range families {
		for _, status := range []types.DesiredStatus{types.DesiredStatusRunning, types.DesiredStatusPending} {
			arns, err := a.taskARNs(ctx, ecs.ListTasksInput{Family: aws.String(family), DesiredStatus: status})
			if err != nil {
				return err
			}
			tasks, err := a.tasks(ctx, arns)
			if err != nil {
				return err
			}
			for _, task := range tasks {
				users[aws.ToString(task.TaskDefinitionArn)] = "task " + shortARN(aws.ToString(task.TaskArn)) + where
			}
		}
	}
	services, err := a.allServices(ctx)
	if err != nil {
		return err
	}
	for name, s := range services {
		users[aws.ToString(s.TaskDefinition)] = "service " + name + where
		for _, d := range s.Deployments {
			users[aws.ToString(d.TaskDefinition)] = "service " + name + where
		}
		for _, set := range s.TaskSets {
			users[aws.ToString(set.TaskDefinition)] = "a task set of service " + name + where
		}
	}
	return nil
}

// scheduled is a schedule of EventBridge Scheduler that starts tasks.
type scheduled struct {
	group, name, cluster, revision string
	whole                          *scheduler.GetScheduleOutput
}

// schedules are those of the region that start tasks.
func (a *api) schedules(ctx context.Context) ([]scheduled, error) {
	client := scheduler.NewFromConfig(a.config)
	var found []scheduled
	pages := scheduler.NewListSchedulesPaginator(client, &scheduler.ListSchedulesInput{})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("listing EventBridge's schedules: %w", explain(err))
		}
		for _, s := range page.Schedules {
			if s.Target == nil || !strings.Contains(aws.ToString(s.Target.Arn), ":ecs:") {
				continue
			}
			whole, err := client.GetSchedule(ctx, &scheduler.GetScheduleInput{Name: s.Name, GroupName: s.GroupName})
			if err != nil {
				return nil, fmt.Errorf("reading schedule %q: %w", aws.ToString(s.Name), explain(err))
			}
			if whole.Target == nil || whole.Target.EcsParameters == nil {
				continue
			}
			found = append(found, scheduled{aws.ToString(s.GroupName), aws.ToString(s.Name), aws.ToString(whole.Target.Arn),
				aws.ToString(whole.Target.EcsParameters.TaskDefinitionArn), whole})
		}
	}
	return found, nil
}
