package awsfake

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"
)

type ecsService struct {
	name, arn, status string
	cluster           *cluster
	desired           int
	deployments       []*deployment // newest first
	past              []*deployment // that have vanished
	events            []any         // newest first
	tags              []any
	// kept is what of the input is answered as it came.
	kept map[string]any
	min  int
	max  int
	// breaker and rollback are the circuit breaker's.
	breaker, rollback bool
	balanced          bool // behind a load balancer
	made              time.Time
	// stale is what reads show until.
	stale      map[string]any
	staleUntil time.Time
	taskSet    string // the revision of a task set that somebody made
	completed  string // revision that the last complete deployment ran
}

type deployment struct {
	id, status, revision string
	desired              int
	made, updated        time.Time
	rollout, reason      string
	failed               int
	crashes              int // tasks that failed, also after they ran
	crashed              time.Time
	ran                  bool // one of its tasks ran and was well
	steadySince          time.Time
	serviceStatus        string // as ListServiceDeployments tells
	serviceReason        string
	undoes               *deployment // that failed; both are one service deployment
}

// AddService creates a service, from JSON as in CreateService, that runs
// already and is steady, in place of one of that name.
func (e *ECS) AddService(text string) {
	var input map[string]any
	if err := json.Unmarshal([]byte(text), &input); err != nil {
		panic(err)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	name, _ := input["cluster"].(string)
	if before := e.service(input["serviceName"].(string)); before != nil {
		e.services = slices.DeleteFunc(e.services, func(s *ecsService) bool { return s == before })
		e.tasks = slices.DeleteFunc(e.tasks, func(t *task) bool { return t.service == before })
	}
	s := e.newService(e.clusters[name], input)
	d := s.deployments[0]
	for range s.desired {
		t := e.startTask(s, d)
		t.last, t.made, t.running = "RUNNING", e.at.Add(-time.Hour), e.at.Add(-time.Hour)
		t.well = true
	}
	d.made, d.rollout, d.ran, d.serviceStatus = e.at.Add(-time.Hour), "COMPLETED", true, "SUCCESSFUL"
	s.completed = d.revision
}

// AddTaskSet gives a service a task set with a revision ("family:1"), as another
// deployment controller does.
func (e *ECS) AddTaskSet(name, revision string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.service(name).taskSet = e.revision(revision).arn
}

// SetService sets a service's status, such as DRAINING.
func (e *ECS) SetService(name, status string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.service(name).status = status
}

// Runs is the revision ("family:1") of each of a service's running tasks.
func (e *ECS) Runs(name string) []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.walk()
	var runs []string
	for _, t := range e.tasks {
		if s := e.service(name); s != nil && t.service == s && t.last == "RUNNING" {
			runs = append(runs, lastPart(t.revision.arn))
		}
	}
	return runs
}

// Deployments are a service's, newest first: "PRIMARY COMPLETED api:1".
func (e *ECS) Deployments(name string) []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.walk()
	var all []string
	if s := e.service(name); s != nil {
		for _, d := range s.deployments {
			all = append(all, fmt.Sprintf("%s %s %s", d.status, d.rollout, lastPart(d.revision)))
		}
	}
	return all
}

func (e *ECS) service(name string) *ecsService {
	for _, s := range slices.Backward(e.services) {
		if s.name == lastPart(name) {
			return s
		}
	}
	return nil
}

func (e *ECS) newService(k *cluster, input map[string]any) *ecsService {
	name := input["serviceName"].(string)
	s := &ecsService{name: name, arn: e.arn("service", k.name+"/"+name), status: "ACTIVE", cluster: k, made: e.at, kept: map[string]any{}, tags: []any{}}
	s.set(input)
	if tags, ok := input["tags"].([]any); ok {
		s.tags = tags
	}
	s.kept["deploymentController"] = cmp.Or(input["deploymentController"], any(map[string]any{"type": "ECS"}))
	e.services = append(e.services, s)
	e.deploy(s, e.revision(input["taskDefinition"].(string)).arn, "")
	return s
}

// set takes over what an input says of a service.
func (s *ecsService) set(input map[string]any) {
	for _, key := range []string{"launchType", "capacityProviderStrategy", "networkConfiguration", "platformVersion", "loadBalancers",
		"placementConstraints", "placementStrategy", "healthCheckGracePeriodSeconds", "schedulingStrategy", "enableExecuteCommand"} {
		if value, ok := input[key]; ok {
			s.kept[key] = value
		}
	}
	if n, ok := input["desiredCount"].(float64); ok {
		s.desired = int(n)
	}
	balancers, _ := s.kept["loadBalancers"].([]any)
	s.balanced = len(balancers) > 0
	if s.max == 0 {
		s.min, s.max = 100, 200
	}
	c, _ := input["deploymentConfiguration"].(map[string]any)
	if n, ok := c["minimumHealthyPercent"].(float64); ok {
		s.min = int(n)
	}
	if n, ok := c["maximumPercent"].(float64); ok {
		s.max = int(n)
	}
	if b, ok := c["deploymentCircuitBreaker"].(map[string]any); ok {
		s.breaker, _ = b["enable"].(bool)
		s.rollback, _ = b["rollback"].(bool)
	}
}

// deploy makes a new primary deployment.
func (e *ECS) deploy(s *ecsService, revision, reason string) *deployment {
	for _, d := range s.deployments {
		if d.status == "PRIMARY" {
			d.status = "ACTIVE"
			if d.serviceStatus == "IN_PROGRESS" {
				d.serviceStatus, d.serviceReason = "STOPPED", "Service deployment replaced by a newer one."
			}
		}
	}
	id := fmt.Sprintf("ecs-svc/%019d", e.next())
	d := &deployment{
		id: id, status: "PRIMARY", revision: revision, desired: s.desired, made: e.s.Clock.Now(), updated: e.s.Clock.Now(),
		rollout: "IN_PROGRESS", reason: cmp.Or(reason, "ECS deployment "+id+" in progress."), serviceStatus: "IN_PROGRESS",
	}
	s.deployments = append([]*deployment{d}, s.deployments...)
	return d
}

func (e *ECS) event(s *ecsService, format string, args ...any) {
	id := fmt.Sprintf("00000000-0000-4000-8000-%012d", e.next())
	event := map[string]any{"id": id, "createdAt": e.at, "message": fmt.Sprintf("(service "+s.name+") "+format, args...)}
	s.events = append([]any{event}, s.events[:min(len(s.events), 99)]...)
}

func (e *ECS) answer(s *ecsService) map[string]any {
	out := maps.Clone(s.kept)
	var deployments []any
	for _, d := range s.deployments {
		running, pend := e.counts(s, d)
		deployments = append(deployments, map[string]any{
			"id": d.id, "status": d.status, "taskDefinition": d.revision, "desiredCount": d.desired, "runningCount": running,
			"pendingCount": pend, "failedTasks": d.failed, "createdAt": d.made, "updatedAt": d.updated,
			"rolloutState": d.rollout, "rolloutStateReason": d.reason,
		})
	}
	running, pend := e.counts(s, nil)
	maps.Copy(out, map[string]any{
		"serviceArn": s.arn, "serviceName": s.name, "clusterArn": s.cluster.arn, "status": s.status, "desiredCount": s.desired,
		"runningCount": running, "pendingCount": pend, "deployments": deployments, "events": slices.Clone(s.events), "createdAt": s.made,
		"deploymentConfiguration": map[string]any{
			"minimumHealthyPercent": s.min, "maximumPercent": s.max,
			"deploymentCircuitBreaker": map[string]any{"enable": s.breaker, "rollback": s.rollback},
		},
	})
	if s.taskSet != "" {
		out["taskSets"] = []any{map[string]any{"id": "ecs-svc/1", "taskDefinition": s.taskSet, "status": "ACTIVE"}}
	}
	if len(s.deployments) > 0 {
		out["taskDefinition"] = s.deployments[0].revision
	}
	return out
}

// counts are the running and pending tasks of a deployment, or of all.
func (e *ECS) counts(s *ecsService, d *deployment) (running, pend int) {
	for _, t := range e.tasks {
		if t.service != s || d != nil && t.deployment != d || t.desired != "RUNNING" {
			continue
		}
		if t.last == "RUNNING" {
			running++
		} else {
			pend++
		}
	}
	return running, pend
}

func (e *ECS) describeServices(c *Call) (any, error) {
	if _, err := e.cluster(c); err != nil {
		return nil, err
	}
	asked := c.Strings("services")
	if len(asked) == 0 || len(asked) > 10 {
		return nil, ecsError("InvalidParameterException", "Services cannot be empty or more than 10.")
	}
	services, failures := []any{}, []any{}
	for _, name := range asked {
		s := e.service(name)
		if s == nil {
			failures = append(failures, map[string]any{"arn": e.arn("service", lastPart(name)), "reason": "MISSING"})
			continue
		}
		out := e.answer(s)
		if s.stale != nil && e.s.Clock.Now().Before(s.staleUntil) {
			out = maps.Clone(s.stale)
		}
		if slices.Contains(c.Strings("include"), "TAGS") {
			out["tags"] = s.tags
		}
		services = append(services, out)
	}
	return map[string]any{"services": services, "failures": failures}, nil
}

func (e *ECS) listServices(c *Call) (any, error) {
	k, err := e.cluster(c)
	if err != nil {
		return nil, err
	}
	var arns []string
	for _, s := range e.services {
		if s.cluster == k && s.status != "INACTIVE" {
			arns = append(arns, s.arn)
		}
	}
	size := *c
	size.Input = maps.Clone(c.Input)
	size.Input["maxResults"] = float64(c.Int("maxResults", 10))
	page, next := e.page(&size, arns)
	return map[string]any{"serviceArns": page, "nextToken": next}, nil
}

func (e *ECS) createService(c *Call) (any, error) {
	k, err := e.cluster(c)
	if err != nil {
		return nil, err
	}
	key := "create " + c.String("clientToken")
	if s := e.service(c.String("serviceName")); s != nil && s.status != "INACTIVE" {
		if c.String("clientToken") != "" && e.tokens[key] != nil {
			return map[string]any{"service": e.answer(s)}, nil
		}
		return nil, ecsError("InvalidParameterException", "Creation of service was not idempotent.")
	}
	r := e.revision(c.String("taskDefinition"))
	if r == nil || r.status != "ACTIVE" {
		return nil, ecsError("ClientException", "TaskDefinition is inactive.")
	}
	s := e.newService(k, c.Input)
	e.tokens[key] = &token{}
	return map[string]any{"service": e.answer(s)}, nil
}

func (e *ECS) updateService(c *Call) (any, error) {
	if _, err := e.cluster(c); err != nil {
		return nil, err
	}
	s := e.service(c.String("service"))
	switch {
	case s == nil:
		return nil, ecsError("ServiceNotFoundException", "Service not found.")
	case s.status != "ACTIVE":
		return nil, ecsError("ServiceNotActiveException", "Service was not ACTIVE.")
	}
	revision := s.deployments[0].revision
	if name := c.String("taskDefinition"); name != "" {
		r := e.revision(name)
		if r == nil || r.status != "ACTIVE" {
			return nil, ecsError("ClientException", "TaskDefinition is inactive.")
		}
		revision = r.arn
	}
	if e.Lag > 0 {
		s.stale, s.staleUntil = e.answer(s), e.s.Clock.Now().Add(e.Lag)
	}
	s.set(c.Input)
	if revision != s.deployments[0].revision || c.Bool("forceNewDeployment") {
		e.deploy(s, revision, "")
	}
	s.deployments[0].desired = s.desired
	return map[string]any{"service": e.answer(s)}, nil
}

func (e *ECS) deleteService(c *Call) (any, error) {
	s := e.service(c.String("service"))
	if s == nil {
		return nil, ecsError("ServiceNotFoundException", "Service not found.")
	}
	if s.desired > 0 && !c.Bool("force") {
		return nil, ecsError("InvalidParameterException", "The service cannot be stopped while it is scaled above 0.")
	}
	s.status, s.desired = "DRAINING", 0
	for _, t := range e.tasks {
		if t.service == s {
			e.stop(t, "ServiceSchedulerInitiated", "Service was deleted")
		}
	}
	return map[string]any{"service": e.answer(s)}, nil
}

func (e *ECS) listServiceDeployments(c *Call) (any, error) {
	s := e.service(c.String("service"))
	if s == nil {
		return nil, ecsError("ServiceNotFoundException", "Service not found.")
	}
	var list []any
	for _, d := range slices.Concat(s.deployments, s.past) {
		if d.undoes != nil {
			continue
		}
		list = append(list, map[string]any{
			"serviceDeploymentArn": e.arn("service-deployment", s.cluster.name+"/"+s.name+"/"+lastPart(d.id)), "serviceArn": s.arn,
			"clusterArn": s.cluster.arn, "createdAt": d.made, "startedAt": d.made, "status": d.serviceStatus, "statusReason": cmp.Or(any(d.serviceReason), nil),
		})
	}
	return map[string]any{"serviceDeployments": list}, nil
}

// Kill stops n of a service's running tasks.
func (e *ECS) Kill(name string, n int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, t := range e.tasks {
		if t.service == e.service(name) && t.last == "RUNNING" && n > 0 {
			n--
			e.stop(t, "TerminationNotice", "Host is going away")
		}
	}
}

// Sicken makes one running task of a service unhealthy, which ECS has yet to
// see.
func (e *ECS) Sicken(name string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, t := range e.tasks {
		if t.service == e.service(name) && t.last == "RUNNING" {
			t.unhealthy = true
			return
		}
	}
}

// Move updates a service to a revision ("family:1"), as somebody else would.
func (e *ECS) Move(name, revision string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.walk()
	s := e.service(name)
	e.deploy(s, e.revision(revision).arn, "")
	s.deployments[0].desired = s.desired
}
