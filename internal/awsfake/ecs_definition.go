package awsfake

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// AddTaskDefinition registers a revision, from JSON as in RegisterTaskDefinition,
// and returns its ARN.
func (e *ECS) AddTaskDefinition(text string) string {
	var input map[string]any
	if err := json.Unmarshal([]byte(text), &input); err != nil {
		panic(err)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.newRevision(input).arn
}

// Registered are the ARNs of a family's revisions, oldest first, with their status.
func (e *ECS) Registered(family string) map[string]string {
	e.mu.Lock()
	defer e.mu.Unlock()
	all := map[string]string{}
	for _, r := range e.families[family] {
		all[lastPart(r.arn)] = r.status
	}
	return all
}

// Definition is a revision's document.
func (e *ECS) Definition(name string) map[string]any {
	e.mu.Lock()
	defer e.mu.Unlock()
	if r := e.revision(name); r != nil {
		return maps.Clone(r.document)
	}
	return nil
}

func (e *ECS) register(c *Call) (any, error) {
	list, _ := c.Input["containerDefinitions"].([]any)
	if len(list) == 0 {
		return nil, ecsError("ClientException", "Container list cannot be empty.")
	}
	seen := map[string]bool{}
	for _, item := range list {
		container, _ := item.(map[string]any)
		name, _ := container["name"].(string)
		image, _ := container["image"].(string)
		switch {
		case name == "" || image == "":
			return nil, ecsError("ClientException", "Container.image should not be null or empty.")
		case seen[name]:
			return nil, ecsError("ClientException", "Container names must be unique.")
		}
		seen[name] = true
	}
	r := e.newRevision(c.Input)
	return map[string]any{"taskDefinition": r.answer(), "tags": r.tags}, nil
}

func (e *ECS) newRevision(input map[string]any) *revision {
	family := input["family"].(string)
	r := &revision{family: family, number: len(e.families[family]) + 1, status: "ACTIVE", document: fill(input), tags: []any{}}
	r.arn = e.arn("task-definition", fmt.Sprintf("%s:%d", family, r.number))
	if tags, ok := input["tags"].([]any); ok {
		r.tags = tags
		delete(r.document, "tags")
	}
	r.document["registeredAt"] = float64(e.s.Clock.Now().UnixMilli()) / 1000
	r.document["registeredBy"] = e.s.Admin.ARN
	r.document["requiresAttributes"] = []any{map[string]any{"name": "com.amazonaws.ecs.capability.docker-remote-api.1.18"}}
	r.document["compatibilities"] = []any{"EC2", "FARGATE"}
	e.families[family] = append(e.families[family], r)
	return r
}

// fill is a document with what ECS fills in when it describes it.
func fill(input map[string]any) map[string]any {
	var d map[string]any
	text, _ := json.Marshal(input)
	_ = json.Unmarshal(text, &d)
	for _, key := range []string{"volumes", "placementConstraints"} {
		if d[key] == nil {
			d[key] = []any{}
		}
	}
	d["cpu"], d["memory"] = size(d["cpu"], "vcpu"), size(d["memory"], "gb")
	for _, key := range []string{"cpu", "memory"} {
		if d[key] == nil {
			delete(d, key)
		}
	}
	containers, _ := d["containerDefinitions"].([]any)
	for _, item := range containers {
		c := item.(map[string]any)
		for key, value := range map[string]any{"cpu": 0.0, "essential": true} {
			if c[key] == nil {
				c[key] = value
			}
		}
		for _, key := range []string{"environment", "mountPoints", "volumesFrom", "portMappings", "systemControls"} {
			if c[key] == nil {
				c[key] = []any{}
			}
		}
		for _, port := range c["portMappings"].([]any) {
			p := port.(map[string]any)
			if p["protocol"] == nil {
				p["protocol"] = "tcp"
			}
			if p["hostPort"] == nil {
				p["hostPort"] = 0.0
				if d["networkMode"] == "awsvpc" || d["networkMode"] == "host" {
					p["hostPort"] = p["containerPort"]
				}
			}
		}
		if check, ok := c["healthCheck"].(map[string]any); ok {
			for key, value := range map[string]any{"interval": 30.0, "timeout": 5.0, "retries": 3.0} {
				if check[key] == nil {
					check[key] = value
				}
			}
		}
		slices.SortFunc(c["environment"].([]any), func(a, b any) int { // as ECS does: in no order of ours
			return strings.Compare(fmt.Sprint(b), fmt.Sprint(a))
		})
	}
	return d
}

// size is "1 vCPU" or "0.5 GB" as ECS keeps it.
func size(value any, unit string) any {
	text, ok := value.(string)
	if !ok {
		return value
	}
	amount, whole := strings.CutSuffix(strings.ToLower(strings.ReplaceAll(text, " ", "")), unit)
	f, err := strconv.ParseFloat(amount, 64)
	if err != nil || !whole {
		return value
	}
	return strconv.Itoa(int(f * 1024))
}

func (r *revision) answer() map[string]any {
	d := maps.Clone(r.document)
	d["taskDefinitionArn"], d["revision"], d["status"] = r.arn, r.number, r.status
	return d
}

// revision finds one by ARN, "family:revision" or "family".
func (e *ECS) revision(name string) *revision {
	family, number, exact := strings.Cut(lastPart(name), ":")
	all := e.families[family]
	if !exact {
		for _, r := range slices.Backward(all) {
			if r.status == "ACTIVE" {
				return r
			}
		}
		return nil
	}
	for _, r := range all {
		if strconv.Itoa(r.number) == number {
			return r
		}
	}
	return nil
}

func (e *ECS) describeTaskDefinition(c *Call) (any, error) {
	r := e.revision(c.String("taskDefinition"))
	if r == nil {
		return nil, ecsError("ClientException", "Unable to describe task definition.")
	}
	out := map[string]any{"taskDefinition": r.answer()}
	if slices.Contains(c.Strings("include"), "TAGS") {
		out["tags"] = r.tags
	}
	return out, nil
}

func (e *ECS) listTaskDefinitions(c *Call) (any, error) {
	var arns []string
	status := "ACTIVE"
	if s := c.String("status"); s != "" {
		status = s
	}
	for _, family := range slices.Sorted(maps.Keys(e.families)) {
		for _, r := range e.families[family] {
			if strings.HasPrefix(family, c.String("familyPrefix")) && r.status == status {
				arns = append(arns, r.arn)
			}
		}
	}
	if c.String("sort") == "DESC" {
		slices.Reverse(arns)
	}
	page, next := e.page(c, arns)
	return map[string]any{"taskDefinitionArns": page, "nextToken": next}, nil
}

func (e *ECS) deregister(c *Call) (any, error) {
	r := e.revision(c.String("taskDefinition"))
	if r == nil {
		return nil, ecsError("ClientException", "Unable to describe task definition.")
	}
	r.status = "INACTIVE"
	r.document["deregisteredAt"] = float64(e.s.Clock.Now().UnixMilli()) / 1000
	return map[string]any{"taskDefinition": r.answer()}, nil
}
