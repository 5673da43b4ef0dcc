package ecs

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// InitTaskDefinition is the task definition that a service runs, as a file to
// keep in the repository: what only AWS can set, and what is empty, is left
// out. The JSON's keys are sorted.
func (t *Target) InitTaskDefinition(ctx context.Context, service string) ([]byte, error) {
	if err := t.connect(ctx); err != nil {
		return nil, err
	}
	if err := t.api.requireCluster(ctx); err != nil {
		return nil, err
	}
	services, err := t.api.services(ctx, []string{service})
	if err != nil {
		return nil, err
	}
	s, ok := services[service]
	if !ok || primary(s) == nil {
		return nil, fmt.Errorf("cluster %q has no service %q that runs", t.Config.Cluster, service)
	}
	d, err := t.api.taskDefinition(ctx, aws.ToString(primary(s).TaskDefinition))
	if err != nil {
		return nil, err
	}
	return d.clean().encode("  ")
}

// clean is d without what is empty.
func (d document) clean() document {
	clean, _ := withoutEmpty(map[string]any(d)).(map[string]any)
	return clean
}

func withoutEmpty(value any) any {
	switch v := value.(type) {
	case map[string]any:
		clean := map[string]any{}
		for key, inner := range v {
			if kept := withoutEmpty(inner); kept != nil {
				clean[key] = kept
			}
		}
		if len(clean) == 0 {
			return nil
		}
		return clean
	case []any:
		if len(v) == 0 {
			return nil
		}
		clean := make([]any, len(v))
		for i, item := range v {
			if clean[i] = withoutEmpty(item); clean[i] == nil {
				clean[i] = item // an empty item has its place
			}
		}
		return clean
	}
	return value
}

// familyOf is the family of a revision's ARN.
func familyOf(revision string) string {
	family, _, _ := strings.Cut(shortARN(revision), ":")
	return family
}
