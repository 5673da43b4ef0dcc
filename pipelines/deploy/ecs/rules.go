package ecs

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
)

// ruleTarget is a target of a rule of EventBridge that starts tasks in a cluster.
type ruleTarget struct {
	bus, rule string
	target    types.Target
}

// ruleTargets are those of a cluster, by its ARN, on all event buses.
func (a *api) ruleTargets(ctx context.Context, cluster string) ([]ruleTarget, error) {
	client := eventbridge.NewFromConfig(a.config)
	var found []ruleTarget
	for bus, err := range a.buses(ctx, client) {
		if err != nil {
			return nil, err
		}
		var next *string
		for first := true; first || next != nil; first = false {
			names, err := client.ListRuleNamesByTarget(ctx, &eventbridge.ListRuleNamesByTargetInput{TargetArn: aws.String(cluster), EventBusName: aws.String(bus), NextToken: next})
			if err != nil {
				return nil, fmt.Errorf("listing EventBridge's rules: %w", explain(err))
			}
			next = names.NextToken
			for _, rule := range names.RuleNames {
				targets, err := a.targetsOf(ctx, client, bus, rule)
				if err != nil {
					return nil, err
				}
				for _, t := range targets {
					if aws.ToString(t.Arn) == cluster && t.EcsParameters != nil {
						found = append(found, ruleTarget{bus, rule, t})
					}
				}
			}
		}
	}
	return found, nil
}

// buses are the names of the region's event buses.
func (a *api) buses(ctx context.Context, client *eventbridge.Client) func(yield func(string, error) bool) {
	return func(yield func(string, error) bool) {
		var next *string
		for first := true; first || next != nil; first = false {
			out, err := client.ListEventBuses(ctx, &eventbridge.ListEventBusesInput{NextToken: next})
			if err != nil {
				yield("", fmt.Errorf("listing EventBridge's buses: %w", explain(err)))
				return
			}
			next = out.NextToken
			for _, bus := range out.EventBuses {
				if !yield(aws.ToString(bus.Name), nil) {
					return
				}
			}
		}
	}
}

// targetsOf are all targets of a rule.
func (a *api) targetsOf(ctx context.Context, client *eventbridge.Client, bus, rule string) ([]types.Target, error) {
	var all []types.Target
	var next *string
	for first := true; first || next != nil; first = false {
		out, err := client.ListTargetsByRule(ctx, &eventbridge.ListTargetsByRuleInput{Rule: aws.String(rule), EventBusName: aws.String(bus), NextToken: next})
		if err != nil {
			return nil, fmt.Errorf("reading the targets of rule %q: %w", rule, explain(err))
		}
		next = out.NextToken
		all = append(all, out.Targets...)
	}
	return all, nil
}
