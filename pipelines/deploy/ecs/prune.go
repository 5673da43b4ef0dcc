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

// pruner deregisters the revisions of releases that nobody goes back to.
type pruner struct {
	api *api
	// services are the target's.
	services []string
	// dropped are the images, by digest, that only dropped releases have.
	dropped map[string]bool
	// adopted are the revisions that were there before the first deploy.
	adopted map[string]bool
}

// dropping is what to prune when the releases of drop go and those of keep stay.
func dropping(drop, keep []deploy.Desired) pruner {
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
	return pruner{dropped: images, adopted: adopted}
}

// prune deregisters revisions as Target.Prune says.
func (p pruner) prune(ctx context.Context, log io.Writer) error {
	families, used, err := p.inUse(ctx)
	if err != nil {
		return err
	}
	for _, family := range families {
		arns, err := p.api.revisions(ctx, family, searchPrune)
		if err != nil {
			return err
		}
		for _, arn := range arns {
			if used[arn] || p.adopted[arn] {
				continue
			}
			r, err := p.api.taskDefinition(ctx, arn)
			if err != nil {
				return err
			}
			if !slices.ContainsFunc(r.document.containers(), func(c container) bool { return p.dropped[c.image()] }) {
				continue
			}
			if _, err := p.api.client.DeregisterTaskDefinition(ctx, &ecs.DeregisterTaskDefinitionInput{TaskDefinition: aws.String(arn)}); err != nil {
				return fmt.Errorf("deregistering %s: %w", shortARN(arn), explain(err))
			}
			fmt.Fprintf(log, "deregistered %s\n", shortARN(arn))
		}
	}
	return nil
}

// inUse are the families of our services, and the revisions that anything in
// the cluster uses.
func (p pruner) inUse(ctx context.Context) (families []string, used map[string]bool, err error) {
	services, err := p.api.allServices(ctx)
	if err != nil {
		return nil, nil, err
	}
	used, ours := map[string]bool{}, map[string]bool{}
	for name, s := range services {
		used[aws.ToString(s.TaskDefinition)] = true
		for _, d := range s.Deployments {
			used[aws.ToString(d.TaskDefinition)] = true
		}
		if slices.Contains(p.services, name) && primary(s) != nil {
			ours[familyOf(aws.ToString(primary(s).TaskDefinition))] = true
		}
	}
	families = slices.Sorted(maps.Keys(ours))
	for _, family := range families {
		for _, status := range []types.DesiredStatus{types.DesiredStatusRunning, types.DesiredStatusPending} {
			arns, err := p.api.taskARNs(ctx, ecs.ListTasksInput{Family: aws.String(family), DesiredStatus: status})
			if err != nil {
				return nil, nil, err
			}
			tasks, err := p.api.tasks(ctx, arns)
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
