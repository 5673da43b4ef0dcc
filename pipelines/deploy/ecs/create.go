package ecs

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// The tags of a service that a deploy created: when its first release fails,
// it goes again. Nothing else is ever deleted.
const (
	tagProject     = "slipway:project"
	tagEnvironment = "slipway:environment"
	tagTarget      = "slipway:target"
)

// readCreate reads the input of CreateService for a service.
func readCreate(data []byte, service string) (map[string]any, error) {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var d map[string]any
	if err := decoder.Decode(&d); err != nil {
		return nil, fmt.Errorf("it is no JSON object: %w", position(data, err))
	}
	if name, ok := d["serviceName"]; ok && name != service {
		return nil, fmt.Errorf("its serviceName is %q, and slipway.yaml calls the service %q", name, service)
	}
	if c, ok := d["deploymentController"].(map[string]any); ok && c["type"] != nil && c["type"] != "ECS" {
		return nil, controllerError(fmt.Sprint(c["type"]))
	}
	return d, nil
}

// createInput is the whole input: the file's, and what only a deploy knows.
func (t *Target) createInput(data []byte, s serviceSpec, revision, token string) (map[string]any, error) {
	d, err := readCreate(data, s.Name)
	if err != nil {
		return nil, err
	}
	d["cluster"], d["serviceName"], d["taskDefinition"], d["clientToken"] = t.Config.Cluster, s.Name, revision, token
	switch {
	case s.DesiredCount != nil:
		d["desiredCount"] = *s.DesiredCount
	case d["desiredCount"] == nil && d["schedulingStrategy"] != "DAEMON":
		d["desiredCount"] = 1
	}
	tags := listOf(d["tags"])
	for key, value := range t.tags() {
		tags = append(tags, map[string]any{"key": key, "value": value})
	}
	d["tags"] = tags
	return d, nil
}

func (t *Target) tags() map[string]string {
	return map[string]string{tagProject: t.Project, tagEnvironment: t.Environment, tagTarget: t.Name()}
}

// created says that a deploy of this target made the service.
func (t *Target) created(s types.Service) bool {
	want := t.tags()
	for _, tag := range s.Tags {
		if want[aws.ToString(tag.Key)] == aws.ToString(tag.Value) {
			delete(want, aws.ToString(tag.Key))
		}
	}
	return len(want) == 0
}

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

func controllerError(kind string) error {
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
