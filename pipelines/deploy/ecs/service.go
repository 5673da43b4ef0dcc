package ecs

import (
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// deployable refuses services that ECS does not roll itself.
func deployable(s types.Service) error {
	if c := s.DeploymentController; c != nil && c.Type != "" && c.Type != types.DeploymentControllerTypeEcs {
		return controllerError(string(c.Type))
	}
	if d := s.DeploymentConfiguration; d != nil && d.Strategy != "" && d.Strategy != types.DeploymentStrategyRolling {
		return fmt.Errorf("its deployment strategy is %s; only ROLLING is supported", d.Strategy)
	}
	if status := aws.ToString(s.Status); status != "ACTIVE" {
		return fmt.Errorf("it is %s: wait until it is gone, then deploy again", status)
	}
	if primary(s) == nil {
		return errors.New("it has no primary deployment; look at it in the ECS console")
	}
	return nil
}

// controllerError refuses a deployment controller that is not ECS itself.
func controllerError(kind string) error {
	if kind == string(types.DeploymentControllerTypeCodeDeploy) {
		return fmt.Errorf("its deployment controller is %s, and CodeDeploy would undo what is deployed beside it: move the service to ECS's own deployments with `aws ecs update-service --cluster CLUSTER --service SERVICE --deployment-controller type=ECS`, then take the CodeDeploy application away, or make a new service with the controller ECS", kind)
	}
	return fmt.Errorf("its deployment controller is %s, which rolls releases itself; use a service with the controller ECS", kind)
}

// primary is the service's newest deployment.
func primary(s types.Service) *types.Deployment {
	for i := range s.Deployments {
		if aws.ToString(s.Deployments[i].Status) == "PRIMARY" {
			return &s.Deployments[i]
		}
	}
	return nil
}

// rolledOut says that a deployment is the newest, has ended, and runs all of its
// tasks. Behind a Classic Load Balancer ECS tells no rollout state.
func rolledOut(s types.Service, d types.Deployment) bool {
	if aws.ToString(d.Status) != "PRIMARY" || d.RunningCount != d.DesiredCount {
		return false
	}
	if d.RolloutState == "" {
		return len(s.Deployments) == 1
	}
	return d.RolloutState == types.DeploymentRolloutStateCompleted
}
