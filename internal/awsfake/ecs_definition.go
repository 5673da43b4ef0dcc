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
	r := &revision{family: family, number: len(e.families[family]) + 1, status: "ACTIVE", document: e.keep(input), tags: []any{}}
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

// Document is what a revision of a family has, for those that Behave asks.
func (e *ECS) Document(family string, number int) map[string]any {
	for _, r := range e.families[family] {
		if r.number == number {
			return r.document
		}
	}
	return nil
}

// Untag takes a tag away from every revision.
func (e *ECS) Untag(key string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, all := range e.families {
		for _, r := range all {
			r.tags = slices.DeleteFunc(r.tags, func(tag any) bool { return tag.(map[string]any)["key"] == key })
		}
	}
}
