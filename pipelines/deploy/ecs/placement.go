package ecs

import (
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// placement is where tasks of a service run.
type placement struct {
	NetworkConfiguration     *types.NetworkConfiguration
	LaunchType               types.LaunchType
	CapacityProviderStrategy []types.CapacityProviderStrategyItem
	PlatformVersion          *string
	PlacementConstraints     []types.PlacementConstraint
}

// placementOf is where the tasks of a service run.
func placementOf(s types.Service) placement {
	return placement{s.NetworkConfiguration, s.LaunchType, s.CapacityProviderStrategy, s.PlatformVersion, s.PlacementConstraints}
}
