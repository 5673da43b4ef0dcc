package awsfake

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
)

// ECS is Elastic Container Service, with a scheduler that rolls deployments as
// the fake's clock goes: tasks are provisioned, pend, run, fail, stop; minimum
// and maximum healthy percent are kept; the circuit breaker has AWS's
// thresholds. Calls beyond ECS's published rates are throttled.
type ECS struct {
	// Behave says how a task goes; nil, and what it leaves zero, is well.
	Behave func(TaskStart) Behaviour
	// Logs is where containers with the awslogs driver write; nil for nowhere.
	Logs *Logs
	// Digest is the digest that an image reference without one has at the time.
	Digest func(image string) string
	// Lag is how long reads of a service show it as it was before an update.
	Lag time.Duration
	// NoAgent keeps the agent of ECS Exec from starting.
	NoAgent bool
	// Drops are how many keys of a registered task definition ECS drops without a word,
	// as a region does that does not have them yet: which ones is random.
	Drops int
	// PageSize of lists; what the caller wants, or 100, when zero.
	PageSize int
	// Pace divides the times that tasks and deployments take; 1 when zero.
	Pace int

	s        *Server
	mu       sync.Mutex
	at       time.Time // the scheduler has come this far
	clusters map[string]*cluster
	families map[string][]*revision
	services []*ecsService
	tasks    []*task
	tokens   map[string]*token
	buckets  map[string]*ecsBucket
	count    int
}

// TaskStart is a task that starts.
type TaskStart struct {
	// Family and Revision of its task definition.
	Family   string
	Revision int
	// Images by container.
	Images map[string]string
	// Command is the override's; nil for a service's task.
	Command []string
	// Nth counts the tasks of this revision from 1.
	Nth int
}

// Behaviour is how a task goes. The zero value runs and stays well; one with a
// command ends with exit code 0.
type Behaviour struct {
	// CannotPull is why its image can't be pulled; CannotInit why its secrets or
	// its network can't be had.
	CannotPull, CannotInit string
	// Stuck never starts: there is no room for it.
	Stuck bool
	// Exit ends its first container with Code after it ran for After.
	Exit  bool
	Code  int
	After time.Duration
	// Says are lines that its first container writes when it runs.
	Says []string
	// Unhealthy fails its health check; behind a load balancer that one's.
	Unhealthy bool
	// Digest is what really runs, in place of the reference's.
	Digest string
}

type cluster struct{ name, arn, status string }

type revision struct {
	family string
	number int
	arn    string
	status string
	tags   []any
	// document is what was registered, and what ECS adds.
	document map[string]any
	starts   int
}

type token struct {
	input string
	arns  []string
}

// The times of a task.
const (
	ecsTick      = time.Second
	provisioning = 1 * time.Second
	pending      = 3 * time.Second // since it was made
	stopping     = 2 * time.Second
	steady       = 10 * time.Second // that all tasks run before a deployment is complete
	remembered   = 4 * time.Hour    // that stopped tasks are listed; AWS says an hour at least
)

// paced is one of those times.
func (e *ECS) paced(d time.Duration) time.Duration { return d / time.Duration(max(e.Pace, 1)) }

// ECS makes the fake answer for ECS.
func (s *Server) ECS() *ECS {
	e := &ECS{s: s, at: s.Clock.Now(), clusters: map[string]*cluster{}, families: map[string][]*revision{},
		tokens: map[string]*token{}, buckets: map[string]*ecsBucket{}}
	for operation, h := range map[string]Handler{
		"DescribeClusters": e.describeClusters, "ListClusters": e.listClusters,
		"RegisterTaskDefinition": e.register, "DescribeTaskDefinition": e.describeTaskDefinition,
		"ListTaskDefinitions": e.listTaskDefinitions, "DeregisterTaskDefinition": e.deregister,
		"CreateService": e.createService, "UpdateService": e.updateService, "DeleteService": e.deleteService,
		"DescribeServices": e.describeServices, "ListServices": e.listServices,
		"ListServiceDeployments": e.listServiceDeployments,
		"ExecuteCommand":         e.executeCommand,
		"RunTask":                e.runTask, "StopTask": e.stopTask, "DescribeTasks": e.describeTasks, "ListTasks": e.listTasks,
	} {
		s.Handle("ecs", operation, e.limited(operation, h))
	}
	s.Clock.OnAdvance(func(time.Time) {
		e.mu.Lock()
		defer e.mu.Unlock()
		e.walk()
	})
	return e
}

// limited is a handler under the rates of its operation, with the scheduler
// brought to the clock's time.
func (e *ECS) limited(operation string, h Handler) Handler {
	return func(c *Call) (any, error) {
		e.mu.Lock()
		defer e.mu.Unlock()
		if !e.allowed(operation) {
			return nil, Throttled(c)
		}
		e.walk()
		return h(c)
	}
}

// ecsBucket is a token bucket.
type ecsBucket struct {
	tokens float64
	last   time.Time
}

// ecsRates are burst and sustained rate of a category, by operation
// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/request-throttling.html).
var ecsRates = map[string]struct {
	category         string
	burst, perSecond float64
}{
	"DescribeClusters": {"cluster read", 50, 20}, "ListClusters": {"cluster read", 50, 20},
	"RegisterTaskDefinition": {"task definition modify", 20, 1}, "DeregisterTaskDefinition": {"task definition modify", 20, 1},
	"DescribeTaskDefinition": {"task definition read", 50, 20}, "ListTaskDefinitions": {"task definition read", 50, 20},
	"CreateService": {"service modify", 50, 5}, "UpdateService": {"service modify", 50, 5}, "DeleteService": {"service modify", 50, 5},
	"DescribeServices": {"service read", 100, 20}, "ListServices": {"service read", 100, 20},
	"ListServiceDeployments": {"service deployment", 50, 20},
	"RunTask":                {"cluster resource modify", 100, 40}, "ExecuteCommand": {"cluster resource modify", 100, 40}, "StopTask": {"cluster resource modify", 100, 40},
	"DescribeTasks": {"cluster resource read", 100, 20}, "ListTasks": {"cluster resource read", 100, 20},
}

func (e *ECS) allowed(operation string) bool {
	rate, now := ecsRates[operation], e.s.Clock.Now()
	b := e.buckets[rate.category]
	if b == nil {
		b = &ecsBucket{tokens: rate.burst, last: now}
		e.buckets[rate.category] = b
	}
	b.tokens = min(rate.burst, b.tokens+now.Sub(b.last).Seconds()*rate.perSecond)
	b.last = now
	if b.tokens < 1 {
		return false
	}
	b.tokens--
	return true
}

func (e *ECS) arn(kind, rest string) string {
	return fmt.Sprintf("arn:aws:ecs:%s:%s:%s/%s", e.s.Region, e.s.Admin.Account, kind, rest)
}

// next is a new number.
func (e *ECS) next() int { e.count++; return e.count }

// AddCluster makes an active cluster.
func (e *ECS) AddCluster(name string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.clusters[name] = &cluster{name, e.arn("cluster", name), "ACTIVE"}
}

// SetCluster sets a cluster's status, such as INACTIVE.
func (e *ECS) SetCluster(name, status string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.clusters[name].status = status
}

func (e *ECS) cluster(c *Call) (*cluster, error) {
	name := lastPart(cmp.Or(c.String("cluster"), "default"))
	if k, ok := e.clusters[name]; ok && k.status == "ACTIVE" {
		return k, nil
	}
	return nil, &Error{Code: "ClusterNotFoundException", Message: "Cluster not found."}
}

func (e *ECS) describeClusters(c *Call) (any, error) {
	clusters, failures := []any{}, []any{}
	for _, asked := range c.Strings("clusters") {
		if k, ok := e.clusters[lastPart(asked)]; ok {
			clusters = append(clusters, map[string]any{"clusterArn": k.arn, "clusterName": k.name, "status": k.status})
		} else {
			failures = append(failures, map[string]any{"arn": e.arn("cluster", lastPart(asked)), "reason": "MISSING"})
		}
	}
	return map[string]any{"clusters": clusters, "failures": failures}, nil
}

func (e *ECS) listClusters(c *Call) (any, error) {
	var arns []string
	for _, name := range slices.Sorted(maps.Keys(e.clusters)) {
		arns = append(arns, e.clusters[name].arn)
	}
	page, next := e.page(c, arns)
	return map[string]any{"clusterArns": page, "nextToken": next}, nil
}

// page is one page of a list, and the token of the next.
func (e *ECS) page(c *Call, all []string) ([]string, any) {
	size := cmp.Or(e.PageSize, c.Int("maxResults", 100))
	start := 0
	if t := c.String("nextToken"); t != "" {
		_, _ = fmt.Sscanf(t, "from-%d", &start)
	}
	start = min(start, len(all))
	end := min(start+size, len(all))
	if end == len(all) {
		return slices.Clone(all[start:end]), nil
	}
	return slices.Clone(all[start:end]), fmt.Sprintf("from-%d", end)
}

func lastPart(arn string) string { return arn[strings.LastIndexByte(arn, '/')+1:] }

func ecsError(code, format string, args ...any) error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}
