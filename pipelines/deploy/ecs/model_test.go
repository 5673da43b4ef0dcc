package ecs

import (
	"strings"
	"testing"
)

// A task definition that ECS would refuse is refused before; what ECS may know better
// is a note.
func TestAgainstModel(t *testing.T) {
	t.Parallel()
	const c = `"containerDefinitions": [{"name": "x", "image": "i", "memory": 64}]`
	const fargate = `"family": "a", "requiresCompatibilities": ["FARGATE"], "networkMode": "awsvpc", `
	tests := map[string]struct{ text, wrong, note string }{
		"whole":                         {taskDefinition("a", "i"), "", ""},
		"memory as a number":            {`{"family": "a", "memory": 512, ` + c + `}`, "", "memory is a number, and ECS has a string there"},
		"a port as a string":            {`{"family": "a", "containerDefinitions": [{"name": "x", "image": "i", "memory": 64, "portMappings": [{"containerPort": "80"}]}]}`, "", "containerDefinitions[0].portMappings[0].containerPort is a string"},
		"environment as an object":      {`{"family": "a", "containerDefinitions": [{"name": "x", "image": "i", "memory": 64, "environment": {"A": "b"}}]}`, "containerDefinitions[0].environment is an object, and ECS wants a list", ""},
		"a command as a string":         {`{"family": "a", "containerDefinitions": [{"name": "x", "image": "i", "memory": 64, "command": "run"}]}`, "containerDefinitions[0].command is a string, and ECS wants a list", ""},
		"a role as a list":              {`{"family": "a", "taskRoleArn": ["r"], ` + c + `}`, "taskRoleArn is a list, and ECS wants a string", ""},
		"options as a list":             {`{"family": "a", "containerDefinitions": [{"name": "x", "image": "i", "memory": 64, "logConfiguration": {"logDriver": "awslogs", "options": ["a"]}}]}`, "containerDefinitions[0].logConfiguration.options is a list, and ECS wants an object", ""},
		"a secret without a source":     {`{"family": "a", "containerDefinitions": [{"name": "x", "image": "i", "memory": 64, "secrets": [{"name": "TOKEN"}]}]}`, "containerDefinitions[0].secrets[0].valueFrom is missing", ""},
		"logs without a driver":         {`{"family": "a", "containerDefinitions": [{"name": "x", "image": "i", "memory": 64, "logConfiguration": {}}]}`, "containerDefinitions[0].logConfiguration.logDriver is missing", ""},
		"a health check of nothing":     {`{"family": "a", "containerDefinitions": [{"name": "x", "image": "i", "memory": 64, "healthCheck": {"interval": 5}}]}`, "containerDefinitions[0].healthCheck.command is missing", ""},
		"an s too few":                  {`{"family": "a", "volume": [], ` + c + `}`, "", "volume is no key that ECS has, as far as this slipway knows: it drops what it does not know; it has volumes"},
		"another case":                  {`{"family": "a", "containerDefinitions": [{"name": "x", "image": "i", "memory": 64, "portmappings": []}]}`, "", "containerDefinitions[0].portmappings is no key that ECS has"},
		"a word that nobody knows":      {`{"family": "a", "networkMode": "bridged", ` + c + `}`, "", `networkMode is "bridged", and as far as this slipway knows ECS takes bridge, host, awsvpc, none`},
		"nothing under a key":           {`{"family": "a", "volumes": null, ` + c + `}`, "", ""},
		"no memory":                     {`{"family": "a", "containerDefinitions": [{"name": "x", "image": "i"}]}`, `container "x" has neither "memory" nor "memoryReservation"`, ""},
		"memory of the task":            {`{"family": "a", "memory": "1 GB", "containerDefinitions": [{"name": "x", "image": "i"}]}`, "", ""},
		"Fargate without cpu":           {`{` + fargate + `"memory": "512", ` + c + `}`, `for Fargate and has no "cpu"`, ""},
		"Fargate without memory":        {`{` + fargate + `"cpu": "256", ` + c + `}`, `for Fargate and has no "memory"`, ""},
		"Fargate in a bridge":           {`{` + strings.Replace(fargate, "awsvpc", "bridge", 1) + `"cpu": "256", "memory": "512", ` + c + `}`, `wants "networkMode": "awsvpc"; it has "bridge"`, ""},
		"Fargate without a mode":        {`{"family": "a", "requiresCompatibilities": ["FARGATE"], "cpu": "256", "memory": "512", ` + c + `}`, `wants "networkMode": "awsvpc"`, ""},
		"a size that Fargate has":       {`{` + fargate + `"cpu": ".25 vCPU", "memory": "0.5 GB", ` + c + `}`, "", ""},
		"a size that Fargate lacks":     {`{` + fargate + `"cpu": "256", "memory": "4096", ` + c + `}`, "", "Fargate has no task with cpu 256 and memory 4096"},
		"a size between those it has":   {`{` + fargate + `"cpu": "8 vCPU", "memory": "17 GB", ` + c + `}`, "", "Fargate has no task with cpu 8 vCPU and memory 17 GB"},
		"two that are wrong, and a key": {`{"family": "a", "x": 1, "volumes": {}, "taskRoleArn": {}, ` + c + `}`, "taskRoleArn is an object, and ECS wants a string; volumes is an object, and ECS wants a list", "x is no key"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			d, err := parse([]byte(test.text))
			if err != nil {
				t.Fatal(err)
			}
			wrong := ""
			if err := d.checkModel(); err != nil {
				wrong = err.Error()
			} else if err := d.checkSizes(); err != nil {
				wrong = err.Error()
			}
			notes := strings.Join(append(d.modelNotes(), d.sizeNotes()...), "\n")
			for _, pair := range [][2]string{{wrong, test.wrong}, {notes, test.note}} {
				if got, want := pair[0], pair[1]; !strings.Contains(got, want) || want == "" && got != "" {
					t.Errorf("got %q, want %q", got, want)
				}
			}
		})
	}
}
