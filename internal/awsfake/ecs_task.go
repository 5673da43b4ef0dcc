package awsfake

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

type task struct {
	arn, startedBy, group string
	cluster               *cluster
	service               *ecsService // nil for a one-off
	deployment            *deployment
	revision              *revision
	overrides             any
	behaviour             Behaviour
	words                 []string // of a one-off

	desired, last        string
	made, running, ended time.Time
	stopSince            time.Time
	well                 bool
	unhealthy            bool
	executes             bool              // ECS Exec was asked for when it started
	exit                 map[string]int    // by container
	reasons              map[string]string // by container
	stopCode, stopReason string
}

func (e *ECS) newTask(k *cluster, r *revision, command []string) *task {
	r.starts++
	t := &task{
		arn: e.arn("task", fmt.Sprintf("%s/%032x", k.name, e.next())), cluster: k, revision: r, desired: "RUNNING", last: "PROVISIONING",
		made: e.at, exit: map[string]int{}, reasons: map[string]string{}, words: command,
	}
	start := TaskStart{Family: r.family, Revision: r.number, Images: map[string]string{}, Command: command, Nth: r.starts}
	for _, c := range r.containers() {
		start.Images[c["name"].(string)] = c["image"].(string)
	}
	if e.Behave != nil {
		t.behaviour = e.Behave(start)
	}
	if t.words != nil && !t.behaviour.Exit {
		t.behaviour.Exit, t.behaviour.After = true, cmp.Or(t.behaviour.After, 2*time.Second)
	}
	e.tasks = append(e.tasks, t)
	return t
}

func (r *revision) containers() []map[string]any {
	list, _ := r.document["containerDefinitions"].([]any)
	var all []map[string]any
	for _, item := range list {
		all = append(all, item.(map[string]any))
	}
	return all
}

func (e *ECS) startTask(s *ecsService, d *deployment) *task {
	t := e.newTask(s.cluster, e.revision(d.revision), nil)
	t.service, t.deployment, t.startedBy, t.group = s, d, d.id, "service:"+s.name
	t.executes, _ = s.kept["enableExecuteCommand"].(bool)
	return t
}

// stop begins to stop a task.
func (e *ECS) stop(t *task, code, reason string) {
	if t.desired == "STOPPED" {
		return
	}
	t.desired, t.last, t.stopSince, t.stopCode, t.stopReason = "STOPPED", "DEPROVISIONING", e.at, code, reason
	for _, c := range t.revision.containers() {
		name := c["name"].(string)
		if _, ended := t.exit[name]; !ended && !t.running.IsZero() {
			t.exit[name] = 143
		}
	}
}

// walkTask brings a task one tick on. It says whether the task failed now.
func (e *ECS) walkTask(t *task) (failed bool) {
	age := e.at.Sub(t.made)
	first := t.revision.containers()[0]["name"].(string)
	switch {
	case t.last == "STOPPED":
	case t.last == "DEPROVISIONING":
		if e.at.Sub(t.stopSince) >= e.paced(stopping) {
			t.last, t.ended = "STOPPED", e.at
		}
	case t.last == "PROVISIONING":
		if age >= e.paced(provisioning) {
			t.last = "PENDING"
		}
	case t.last == "PENDING":
		if age < e.paced(pending) || t.behaviour.Stuck {
			return false
		}
		switch {
		case t.behaviour.CannotInit != "":
			e.stop(t, "TaskFailedToStart", "ResourceInitializationError: "+t.behaviour.CannotInit)
			return true
		case t.behaviour.CannotPull != "":
			t.reasons[first] = "CannotPullContainerError: " + t.behaviour.CannotPull
			e.stop(t, "TaskFailedToStart", "CannotPullContainerError: "+t.behaviour.CannotPull)
			return true
		}
		t.last, t.running = "RUNNING", e.at
		e.write(t)
	case t.last == "RUNNING":
		up := e.at.Sub(t.running)
		switch {
		case t.behaviour.Exit && up >= e.paced(t.behaviour.After):
			t.exit[first] = t.behaviour.Code
			e.stop(t, "EssentialContainerExited", "Essential container in task exited")
			return !t.well
		case t.behaviour.Unhealthy && up >= e.paced(5*time.Second):
			t.unhealthy = true
			reason := "Task failed container health checks"
			if t.service != nil && t.service.balanced {
				reason = "Task failed ELB health checks in (target-group arn:aws:elasticloadbalancing:us-east-1:111111111111:targetgroup/web/0123456789abcdef)"
			}
			e.stop(t, "ServiceSchedulerInitiated", reason)
			return true
		case !t.behaviour.Unhealthy && up >= e.paced(2*time.Second):
			t.well = true
		}
	}
	return false
}

// write writes what a task says into its log.
func (e *ECS) write(t *task) {
	c := t.revision.containers()[0]
	configuration, _ := c["logConfiguration"].(map[string]any)
	options, _ := configuration["options"].(map[string]any)
	if e.Logs == nil || configuration["logDriver"] != "awslogs" {
		return
	}
	for _, text := range t.behaviour.Says {
		e.Logs.Write(fmt.Sprint(options["awslogs-group"]), fmt.Sprintf("%v/%v/%s", options["awslogs-stream-prefix"], c["name"], lastPart(t.arn)), text)
	}
}

func (e *ECS) digestOf(t *task, image string) string {
	if t.behaviour.Digest != "" {
		return t.behaviour.Digest
	}
	if _, digest, ok := strings.Cut(image, "@"); ok {
		return digest
	}
	if e.Digest != nil {
		return e.Digest(image)
	}
	return "sha256:" + strings.Repeat("0", 64)
}

func (e *ECS) taskAnswer(t *task) map[string]any {
	var containers []any
	for i, c := range t.revision.containers() {
		name, image := c["name"].(string), c["image"].(string)
		container := map[string]any{"name": name, "image": image, "taskArn": t.arn, "lastStatus": t.last, "healthStatus": "UNKNOWN"}
		if !t.running.IsZero() {
			container["imageDigest"] = e.digestOf(t, image)
			container["runtimeId"] = lastPart(t.arn) + "-" + strconv.Itoa(i)
			if t.executes {
				container["managedAgents"] = []any{map[string]any{"name": "ExecuteCommandAgent", "lastStatus": e.AgentStatus()}}
			}
		}
		if c["healthCheck"] != nil && !t.running.IsZero() {
			container["healthStatus"] = "HEALTHY"
			if t.unhealthy && i == 0 {
				container["healthStatus"] = "UNHEALTHY"
			} else if !t.well {
				container["healthStatus"] = "UNKNOWN"
			}
		}
		if code, ok := t.exit[name]; ok && t.last == "STOPPED" {
			container["exitCode"] = code
		}
		if reason := t.reasons[name]; reason != "" {
			container["reason"] = reason
		}
		containers = append(containers, container)
	}
	out := map[string]any{
		"taskArn": t.arn, "clusterArn": t.cluster.arn, "taskDefinitionArn": t.revision.arn, "lastStatus": t.last, "desiredStatus": t.desired,
		"group": t.group, "createdAt": t.made, "containers": containers, "enableExecuteCommand": t.executes,
	}
	for key, value := range map[string]string{"startedBy": t.startedBy, "stopCode": t.stopCode, "stoppedReason": t.stopReason} {
		if value != "" {
			out[key] = value
		}
	}
	if t.overrides != nil {
		out["overrides"] = t.overrides
	}
	if !t.ended.IsZero() {
		out["stoppedAt"] = t.ended
	}
	return out
}

func (e *ECS) runTask(c *Call) (any, error) {
	k, err := e.cluster(c)
	if err != nil {
		return nil, err
	}
	r := e.revision(c.String("taskDefinition"))
	if r == nil || r.status != "ACTIVE" {
		return nil, ecsError("ClientException", "TaskDefinition not found.")
	}
	if r.document["networkMode"] == "awsvpc" && c.Input["networkConfiguration"] == nil {
		return nil, ecsError("InvalidParameterException", "Network Configuration must be provided when networkMode 'awsvpc' is specified.")
	}
	text, _ := json.Marshal(c.Input)
	key := "run " + c.String("clientToken")
	if known := e.tokens[key]; known != nil && c.String("clientToken") != "" {
		if known.input != string(text) {
			return nil, &Error{Code: "ConflictException", Message: "The RunTask request could not be processed due to conflicts. The provided clientToken is already in use with a different RunTask request.",
				Members: map[string]any{"resourceIds": known.arns}}
		}
		var tasks []any
		for _, t := range e.tasks {
			if slices.Contains(known.arns, t.arn) {
				tasks = append(tasks, e.taskAnswer(t))
			}
		}
		return map[string]any{"tasks": tasks, "failures": []any{}}, nil
	}
	var command []string
	overrides, _ := c.Input["overrides"].(map[string]any)
	list, _ := overrides["containerOverrides"].([]any)
	for _, item := range list {
		o := item.(map[string]any)
		if !slices.ContainsFunc(r.containers(), func(c map[string]any) bool { return c["name"] == o["name"] }) {
			return nil, ecsError("InvalidParameterException", "Override for container named %v is not a container in the TaskDefinition.", o["name"])
		}
		words, _ := o["command"].([]any)
		for _, word := range words {
			command = append(command, word.(string))
		}
	}
	t := e.newTask(k, r, command)
	t.startedBy, t.group, t.overrides = c.String("startedBy"), cmp.Or(c.String("group"), "family:"+r.family), c.Input["overrides"]
	e.tokens[key] = &token{string(text), []string{t.arn}}
	return map[string]any{"tasks": []any{e.taskAnswer(t)}, "failures": []any{}}, nil
}

func (e *ECS) stopTask(c *Call) (any, error) {
	for _, t := range e.tasks {
		if lastPart(t.arn) == lastPart(c.String("task")) {
			e.stop(t, "UserInitiated", cmp.Or(c.String("reason"), "Task stopped by user"))
			return map[string]any{"task": e.taskAnswer(t)}, nil
		}
	}
	return nil, ecsError("InvalidParameterException", "The referenced task was not found.")
}

func (e *ECS) describeTasks(c *Call) (any, error) {
	if _, err := e.cluster(c); err != nil {
		return nil, err
	}
	asked := c.Strings("tasks")
	if len(asked) == 0 || len(asked) > 100 {
		return nil, ecsError("InvalidParameterException", "Tasks cannot be empty or more than 100.")
	}
	tasks, failures := []any{}, []any{}
	for _, arn := range asked {
		i := slices.IndexFunc(e.tasks, func(t *task) bool { return lastPart(t.arn) == lastPart(arn) })
		if i < 0 {
			failures = append(failures, map[string]any{"arn": arn, "reason": "MISSING"})
			continue
		}
		tasks = append(tasks, e.taskAnswer(e.tasks[i]))
	}
	return map[string]any{"tasks": tasks, "failures": failures}, nil
}

func (e *ECS) listTasks(c *Call) (any, error) {
	k, err := e.cluster(c)
	if err != nil {
		return nil, err
	}
	service, family, startedBy := c.String("serviceName"), c.String("family"), c.String("startedBy")
	if startedBy != "" && (service != "" || family != "" || c.String("desiredStatus") != "") {
		return nil, ecsError("InvalidParameterException", "startedBy must be the only filter.")
	}
	if service != "" && e.service(service) == nil {
		return nil, ecsError("ServiceNotFoundException", "Service not found.")
	}
	want := cmp.Or(c.String("desiredStatus"), "RUNNING")
	var arns []string
	for _, t := range e.tasks {
		switch {
		case t.cluster != k || t.desired != want,
			service != "" && (t.service == nil || t.service.name != lastPart(service)),
			family != "" && t.revision.family != family,
			startedBy != "" && t.startedBy != startedBy:
			continue
		}
		arns = append(arns, t.arn)
	}
	page, next := e.page(c, arns)
	return map[string]any{"taskArns": page, "nextToken": next}, nil
}

// Tasks is how many one-off tasks ran a command, its words joined by spaces.
func (e *ECS) Tasks(command string) int {
	e.mu.Lock()
	defer e.mu.Unlock()
	n := 0
	for _, t := range e.tasks {
		if strings.Join(t.words, " ") == command {
			n++
		}
	}
	return n
}
