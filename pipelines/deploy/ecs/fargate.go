package ecs

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
)

// checkSizes refuses what ECS refuses of a task definition's sizes
// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html):
// a container needs a limit of memory unless its task has one, and Fargate needs the
// task's cpu and memory and the network mode awsvpc.
func (d document) checkSizes() error {
	if d.fargate() {
		for _, key := range []string{"cpu", "memory"} {
			if d.text(key) == "" {
				return fmt.Errorf("it is for Fargate and has no %q of the task: add it, beside %q", key, "family")
			}
		}
		if mode := d.text("networkMode"); mode != "awsvpc" {
			return fmt.Errorf("it is for Fargate, which wants \"networkMode\": \"awsvpc\"; it has %q", mode)
		}
	}
	if d.text("memory") != "" {
		return nil
	}
	for _, c := range d.containers() {
		if c["memory"] == nil && c["memoryReservation"] == nil {
			return fmt.Errorf("container %q has neither \"memory\" nor \"memoryReservation\", and the task has no \"memory\": add one of them", c.name())
		}
	}
	return nil
}

// fargate says that the task definition has to run on Fargate.
func (d document) fargate() bool {
	list, _ := d["requiresCompatibilities"].([]any)
	return slices.Contains(list, any("FARGATE"))
}

// fargateMemory are the MiB of memory, from and to and the step between, for each cpu
// of a task on Fargate.
var fargateMemory = map[string][3]int{
	"512": {1024, 4096, 1024}, "1024": {2048, 8192, 1024}, "2048": {4096, 16384, 1024},
	"4096": {8192, 30720, 1024}, "8192": {16384, 61440, 4096}, "16384": {32768, 122880, 8192},
}

// sizeNotes are pairs of cpu and memory that Fargate did not have when this slipway
// was made.
func (d document) sizeNotes() []string {
	if !d.fargate() {
		return nil
	}
	cpu, err := strconv.Atoi(fmt.Sprint(units(d["cpu"], "vcpu")))
	if err != nil {
		return nil
	}
	memory, err := strconv.Atoi(fmt.Sprint(units(d["memory"], "gb")))
	if err != nil {
		return nil
	}
	known, ok := fargateMemory[strconv.Itoa(cpu)]
	switch {
	case cpu == 256 && slices.Contains([]int{512, 1024, 2048}, memory):
	case ok && memory >= known[0] && memory <= known[1] && (memory-known[0])%known[2] == 0:
	default:
		return []string{fmt.Sprintf("Fargate has no task with cpu %s and memory %s, as far as this slipway knows", d.text("cpu"), d.text("memory"))}
	}
	return nil
}

// text is a key's string or number as text.
func (d document) text(key string) string {
	switch v := d[key].(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	}
	return ""
}
