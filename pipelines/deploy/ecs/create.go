package ecs

import "fmt"

// readCreate reads the input of CreateService for a service, in a file as a task
// definition is.
func readCreate(name, text, service string) (map[string]any, error) {
	value, err := decodeFile(name, []byte(text))
	if err != nil {
		return nil, err
	}
	d, ok := value.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("it is %s, and wants to be an object: the input of \"aws ecs create-service\"", article(jsonKind(value)))
	}
	if name, ok := d["serviceName"]; ok && name != service {
		return nil, fmt.Errorf("its serviceName is %q, and slipway.yaml calls the service %q", name, service)
	}
	if c, ok := d["deploymentController"].(map[string]any); ok && c["type"] != nil && c["type"] != "ECS" {
		return nil, controllerError(fmt.Sprint(c["type"]))
	}
	return d, nil
}
