package ecs

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"git.example/slipway/internal/awsfake"
)

// deployAll deploys releases, of which two can be gone back to.
func (w *world) deployAll(tags ...string) {
	w.t.Helper()
	for _, tag := range tags {
		d := w.deployment(tag)
		d.Keep = 2
		w.mustRun(d)
	}
}

// Revisions stay unless slipway.yaml asks for them to go; then those stay that anything
// in the account has, that can be gone back to, or that no deploy of ours made.
func TestDeregister(t *testing.T) {
	t.Parallel()
	all := map[string]string{"api:1": "ACTIVE", "api:2": "ACTIVE", "api:3": "ACTIVE", "api:4": "ACTIVE", "api:5": "ACTIVE", "api:6": "ACTIVE"}
	gone := map[string]string{"api:1": "ACTIVE", "api:2": "INACTIVE", "api:3": "INACTIVE", "api:4": "INACTIVE", "api:5": "ACTIVE", "api:6": "ACTIVE"}
	without := func(revision string) map[string]string {
		some := map[string]string{}
		for name, status := range gone {
			some[name] = status
		}
		some[revision] = "ACTIVE"
		return some
	}
	schedule := func(w *world, revision string) string {
		return fmt.Sprintf(`{"Name": "nightly", "ScheduleExpression": "rate(1 day)", "FlexibleTimeWindow": {"Mode": "OFF"},
  "Target": {"Arn": "arn:aws:ecs:us-east-1:111111111111:cluster/prod", "RoleArn": "arn:aws:iam::111111111111:role/events",
  "EcsParameters": {"TaskDefinitionArn": "arn:aws:ecs:us-east-1:111111111111:task-definition/%s"}}}`, revision)
	}
	tests := map[string]struct {
		ask    bool
		before func(w *world) // when api:2 is there
		want   map[string]string
		say    string
	}{
		"nobody asks":       {false, func(*world) {}, all, ""},
		"asked for":         {true, func(*world) {}, gone, "deregistered api:2"},
		"a service has one": {true, func(w *world) { w.ecs.AddService(createService("copy", "api:2", 1)) }, without("api:2"), "api:2 stays: service copy of cluster prod has it"},
		"a service in another cluster": {true, func(w *world) {
			w.ecs.AddCluster("dev")
			w.ecs.AddService(strings.Replace(createService("copy", "api:2", 1), `"prod"`, `"dev"`, 1))
		}, without("api:2"), "service copy of cluster dev"},
		"a task set": {true, func(w *world) { w.ecs.AddTaskSet("api", "api:2") }, without("api:2"), "api:2 stays: a task set of service api"},
		"a schedule": {true, func(w *world) { w.scheduler.Put(schedule(w, "api:2")) }, without("api:2"), "api:2 stays: schedule nightly"},
		"a rule of a bus": {true, func(w *world) {
			w.rules.Put("own", "hourly", `{"Id": "1", "Arn": "arn:aws:ecs:us-east-1:111111111111:cluster/prod", "EcsParameters": {"TaskDefinitionArn": "arn:aws:ecs:us-east-1:111111111111:task-definition/api:2"}}`)
		}, without("api:2"), "api:2 stays: rule hourly"},
		"what may not be looked at":     {true, func(w *world) { w.fake.Fault("scheduler", "*", -1, awsfake.Denied("*")) }, all, "nothing was deregistered, for not all that may name a revision can be looked at: listing EventBridge's schedules: AccessDeniedException"},
		"clusters may not be looked at": {true, func(w *world) { w.fake.Fault("ecs", "ListClusters", -1, awsfake.Denied("*")) }, all, "ecs:ListClusters"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.scheduler, w.rules = w.fake.Scheduler(), w.fake.Rules()
			w.cfg.Deregister = test.ask
			w.deployAll("1") // api:2, and api:1 is from before
			test.before(w)
			w.deployAll("2", "3", "4", "5")
			if diff := cmp.Diff(test.want, w.ecs.Registered("api")); diff != "" {
				t.Errorf("%s\n%s", diff, w.said())
			}
			if !strings.Contains(w.said(), test.say) {
				t.Errorf("it does not say %q:\n%s", test.say, w.said())
			}
			if _, err := rollback(t, w.deployment("5"), ""); err != nil {
				t.Fatal(err)
			}
			w.wantRuns("api", "api:5")
		})
	}
}
