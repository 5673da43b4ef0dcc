// Package prove compares what runs with what should run: the digest of the
// image that each container really runs, its configuration, its state.
package prove

import (
	"context"
	"slices"
	"time"

	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/compose/container"
	"git.example/slipway/pipelines/deploy/compose/observe"
)

// Verify looks at every container of the release's services. Health checks that
// have just begun are waited for.
func Verify(ctx context.Context, look observe.Look, d deploy.Desired) (deploy.Proof, error) {
	deadline := time.Now().Add(look.Host.HealthTimeout())
	for {
		o, err := look.Stack(ctx, d)
		if err != nil {
			return deploy.Proof{}, err
		}
		if !starting(o) || time.Now().After(deadline) {
			return deploy.Proof{Running: o.Running(), Drift: drift(o, d)}, nil
		}
		select {
		case <-ctx.Done():
			return deploy.Proof{}, context.Cause(ctx)
		case <-time.After(look.Host.Poll):
		}
	}
}

func starting(o observe.Observation) bool {
	for _, containers := range o.Containers {
		if slices.ContainsFunc(containers, container.Container.Starting) {
			return true
		}
	}
	return false
}
