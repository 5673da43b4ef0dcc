package ecs

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"git.example/slipway/pipelines/deploy"
)

// searchPrune is how many of a family's newest revisions are looked at.
const searchPrune = 100

// Prune deregisters the revisions of releases that nobody goes back to: those
// with an image, by digest, that only dropped releases have. One that a service,
// a deployment or a task of the cluster uses stays.
func (t *Target) Prune(ctx context.Context, drop, keep []deploy.Desired, log io.Writer) error {
	images := map[string]bool{}
	for _, d := range drop {
		for _, image := range d.Images {
			images[image.Reference] = true
		}
	}
	adopted := map[string]bool{}
	for _, d := range keep {
		for _, image := range d.Images {
			delete(images, image.Reference)
		}
		for _, revision := range d.Adopted {
			adopted[revision] = true
		}
	}
	if len(images) == 0 {
		return nil
	}
	if err := t.connect(ctx); err != nil {
		return err
	}
	families, used, err := t.inUse(ctx)
	if err != nil {
		return err
	}
	for _, family := range families {
		arns, err := t.api.revisions(ctx, family, searchPrune)
		if err != nil {
			return err
		}
		for _, arn := range arns {
			if used[arn] || adopted[arn] {
				continue
			}
			d, err := t.api.taskDefinition(ctx, arn)
			if err != nil {
				return err
			}
			if !slices.ContainsFunc(d.containers(), func(c container) bool { return images[c.image()] }) {
				continue
			}
			if _, err := t.api.client.DeregisterTaskDefinition(ctx, &ecs.DeregisterTaskDefinitionInput{TaskDefinition: aws.String(arn)}); err != nil {
				return fmt.Errorf("deregistering %s: %w", shortARN(arn), explain(err))
			}
			fmt.Fprintf(log, "deregistered %s\n", shortARN(arn))
		}
	}
	return nil
}

// inUse are the families of our services, and the revisions that anything in
// the cluster uses.
func (t *Target) inUse(ctx context.Context) (families []string, used map[string]bool, err error) {
	services, err := t.api.allServices(ctx)
	if err != nil {
		return nil, nil, err
	}
	used, ours := map[string]bool{}, map[string]bool{}
	for name, s := range services {
		used[aws.ToString(s.TaskDefinition)] = true
		for _, d := range s.Deployments {
			used[aws.ToString(d.TaskDefinition)] = true
		}
		if _, ok := t.Config.Services.Get(name); ok && primary(s) != nil {
			ours[familyOf(aws.ToString(primary(s).TaskDefinition))] = true
		}
	}
	families = slices.Sorted(maps.Keys(ours))
	for _, family := range families {
		for _, status := range []types.DesiredStatus{types.DesiredStatusRunning, types.DesiredStatusPending} {
			arns, err := t.api.taskARNs(ctx, ecs.ListTasksInput{Family: aws.String(family), DesiredStatus: status})
			if err != nil {
				return nil, nil, err
			}
			tasks, err := t.api.tasks(ctx, arns)
			if err != nil {
				return nil, nil, err
			}
			for _, task := range tasks {
				used[aws.ToString(task.TaskDefinitionArn)] = true
			}
		}
	}
	return families, used, nil
}
