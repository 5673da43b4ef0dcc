package ecs

import (
	"bytes"
	"encoding/json"
	"fmt"
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
