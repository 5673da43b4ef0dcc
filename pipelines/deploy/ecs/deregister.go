package ecs

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"

	"git.example/slipway/pipelines/deploy"
)

// searchDeregister is how many of a family's newest revisions are looked at.
const searchDeregister = 100

// deregisterer deregisters the revisions of releases that nobody goes back to.
type deregisterer struct {
	api *api
	// services are the target's.
	services []string
	// images, by digest, and revisions are what only dropped releases have.
	images, revisions map[string]bool
	// kept are revisions of releases that can be gone back to, and those that were there
	// before the first deploy.
	kept map[string]bool
}

// dropping is what may be deregistered when the releases of drop go and those of keep
// stay.
func dropping(drop, keep []deploy.Desired) deregisterer {
	d := deregisterer{images: map[string]bool{}, revisions: map[string]bool{}, kept: map[string]bool{}}
	for _, dropped := range drop {
		for _, image := range dropped.Images {
			d.images[image.Reference] = true
		}
		for _, revision := range dropped.Revisions {
			d.revisions[revision] = true
		}
	}
	for _, kept := range keep {
		for _, image := range kept.Images {
			delete(d.images, image.Reference)
		}
		for _, revision := range kept.Adopted {
			d.kept[revision] = true
		}
		for _, revision := range kept.Revisions {
			d.kept[revision] = true
		}
	}
	return d
}

// run deregisters revisions as Target.Prune says.
func (p deregisterer) run(ctx context.Context, log io.Writer) error {
	families, err := p.families(ctx)
	if err != nil {
		return err
	}
	var goes []string
	for _, family := range families {
		arns, err := p.api.revisions(ctx, family, searchDeregister)
		if err != nil {
			return err
		}
		for i, arn := range arns {
			if i == 0 || p.kept[arn] {
				continue // who names a family alone gets its newest
			}
			dropped, err := p.dropped(ctx, arn)
			if err != nil {
				return err
			}
			if dropped {
				goes = append(goes, arn)
			}
		}
	}
	if len(goes) == 0 {
		return nil
	}
	users, err := p.api.usersOf(ctx, families)
	if err != nil {
		return fmt.Errorf("nothing was deregistered, for not all that may name a revision can be looked at: %w", err)
	}
	for _, arn := range goes {
		if user := users[arn]; user != "" {
			fmt.Fprintf(log, "%s stays: %s has it\n", shortARN(arn), user)
			continue
		}
		if _, err := p.api.client.DeregisterTaskDefinition(ctx, &ecs.DeregisterTaskDefinitionInput{TaskDefinition: aws.String(arn)}); err != nil {
			return fmt.Errorf("deregistering %s: %w", shortARN(arn), explain(err))
		}
		fmt.Fprintf(log, "deregistered %s\n", shortARN(arn))
	}
	return nil
}

// dropped says that a deploy made a revision for releases that are dropped alone.
func (p deregisterer) dropped(ctx context.Context, arn string) (bool, error) {
	if p.revisions[arn] {
		return true, nil
	}
	r, err := p.api.taskDefinition(ctx, arn)
	if err != nil || r.made == "" {
		return false, err
	}
	return slices.ContainsFunc(r.document.containers(), func(c container) bool { return p.images[c.image()] }), nil
}

// families are those of the target's services.
func (p deregisterer) families(ctx context.Context) ([]string, error) {
	services, err := p.api.services(ctx, p.services)
	if err != nil {
		return nil, err
	}
	ours := map[string]bool{}
	for _, s := range services {
		if newest := primary(s); newest != nil {
			ours[familyOf(aws.ToString(newest.TaskDefinition))] = true
		}
	}
	return slices.Sorted(maps.Keys(ours)), nil
}
