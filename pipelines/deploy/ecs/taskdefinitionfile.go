package ecs

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// currentFile is the task definition of a service as Target.InitTaskDefinition
// says.
func currentFile(ctx context.Context, cluster *api, service string) ([]byte, error) {
	if err := cluster.requireCluster(ctx); err != nil {
		return nil, err
	}
	services, err := cluster.services(ctx, []string{service})
	if err != nil {
		return nil, err
	}
	s, ok := services[service]
	if !ok || primary(s) == nil {
		return nil, fmt.Errorf("cluster %q has no service %q that runs", cluster.cluster, service)
	}
	r, err := cluster.taskDefinition(ctx, aws.ToString(primary(s).TaskDefinition))
	if err != nil {
		return nil, err
	}
	return r.document.clean().encode("  ")
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
