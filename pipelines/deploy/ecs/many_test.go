package ecs

import (
	"fmt"
	"testing"
	"time"

	"git.example/slipway/internal/awsfake"
	"git.example/slipway/pipelines/config"
)

// Twenty services are waited for together, within ECS's published rates: the
// fake throttles what is beyond them.
func TestTwentyServices(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.fake.Clock.Speed(1)
	w.ecs.Pace = 8
	for i := range 19 {
		name := fmt.Sprintf("svc-%02d", i)
		w.addService(name, 2)
		w.cfg.Services = append(w.cfg.Services, config.Entry[config.ECSService]{Name: name})
	}
	target := w.target()
	target.Poll = 500 * time.Millisecond
	d := w.deployment("1")
	d.Targets[0].Target = target
	began := time.Now()
	w.mustRun(d)
	t.Logf("20 services took %s", time.Since(began).Round(100*time.Millisecond))
	for _, s := range w.cfg.Services {
		w.runs(s.Name, "1", 2)
	}
	for _, c := range w.fake.Calls("ecs", "*") {
		if c.Failed != "" {
			t.Errorf("%s failed: %s", c.Operation, c.Failed)
		}
	}
	var between int
	calls := w.fake.Calls("ecs", "*")
	for i, n := 0, 0; n < 20 && i < len(calls); i++ {
		switch {
		case calls[i].Operation == "UpdateService":
			n++
		case n > 0 && calls[i].Operation == "DescribeServices":
			between++
		}
	}
	if n := len(w.fake.Calls("ecs", "UpdateService")); n != 20 || between > 0 {
		t.Errorf("%d updates, with %d looks between them; want 20 at once, then the waiting", n, between)
	}
	for _, c := range w.fake.Calls("ecs", "DescribeServices") {
		if n := len(c.Strings("services")); n > 10 {
			t.Errorf("a call named %d services", n)
		}
	}
	for operation, most := range map[string]int{"DescribeServices": 100, "ListTasks": 100, "DescribeTasks": 100, "RegisterTaskDefinition": 20, "UpdateService": 50, "DescribeTaskDefinition": 50} {
		if peak := w.fake.Peak("ecs", operation, time.Second); peak > most {
			t.Errorf("%d calls of %s in a second, ECS allows %d", peak, operation, most)
		}
	}
}

// Throttling, and errors of ECS's own, are tried again.
func TestThrottlingIsRetried(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, operation := range []string{"DescribeClusters", "DescribeServices", "DescribeTaskDefinition", "RegisterTaskDefinition", "UpdateService", "ListTasks", "DescribeTasks"} {
		w.fake.Fault("ecs", operation, 1, awsfake.Throttled)
	}
	w.fake.Fault("ecs", "DescribeServices", 1, awsfake.Unavailable)
	w.fake.Fault("ecs", "UpdateService", 1, awsfake.Dropped)
	w.mustDeploy("1")
	w.runs("api", "1", 2)
}

// Reads that are older than the update are neither success nor failure.
func TestEventuallyConsistentReads(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.mustDeploy("1")
	w.ecs.Lag = 20 * time.Second
	w.mustDeploy("2")
	w.runs("api", "2", 2)
}

func TestListsArePaged(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.ecs.PageSize = 2
	w.addService("web", 5)
	w.cfg.Services = append(w.cfg.Services, config.Entry[config.ECSService]{Name: "web"})
	r := w.mustDeploy("1")
	if got := len(r.Proofs["web"].Running); got != 7 {
		t.Errorf("%d containers proven, want 7", got)
	}
}
