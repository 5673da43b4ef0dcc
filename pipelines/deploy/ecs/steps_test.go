package ecs

import (
	"slices"
	"strings"
	"testing"
	"time"

	"git.example/slipway/internal/awsfake"
	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy"
)

func migration(timeout time.Duration) []config.ECSStep {
	return []config.ECSStep{{Step: config.Step{Service: "api", Run: config.Command{"rake", "db:migrate"}, Timeout: config.Duration(timeout)}}}
}

// steps lets one-off tasks go as b says.
func (w *world) steps(b awsfake.Behaviour) {
	w.ecs.Behave = func(s awsfake.TaskStart) awsfake.Behaviour {
		if s.Command != nil {
			return b
		}
		return awsfake.Behaviour{}
	}
}

func TestMigrationRunsOnceBeforeTheServices(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.cfg.Before = migration(0)
	w.cfg.After = []config.ECSStep{{Step: config.Step{Service: "api", Run: config.Command{"warm"}}}}
	w.mustDeploy("1")
	var order []string
	for _, c := range w.fake.Calls("ecs", "*") {
		if slices.Contains([]string{"RegisterTaskDefinition", "RunTask", "UpdateService"}, c.Operation) {
			order = append(order, c.Operation)
		}
	}
	if got := strings.Join(order, " "); got != "RegisterTaskDefinition RunTask UpdateService RunTask" {
		t.Errorf("order: %s", got)
	}
	run := w.fake.Calls("ecs", "RunTask")[0]
	if !strings.HasSuffix(run.String("taskDefinition"), "api:2") || run.Input["networkConfiguration"] == nil || run.String("launchType") != "FARGATE" {
		t.Errorf("the step ran as %v", run.Input)
	}
	w.mustDeploy("1")
	w.mustDeploy("2")
	if _, err := rollback(t, w.deployment("2"), ""); err != nil {
		t.Fatal(err)
	}
	if n := w.calls("RunTask"); n != 4 {
		t.Errorf("%d tasks ran, want two for each release that was new", n)
	}
}

func TestStepGatesTheDeploy(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		behaviour awsfake.Behaviour
		timeout   time.Duration
		say       []string
	}{
		"exit code":         {awsfake.Behaviour{Exit: true, Code: 7, After: time.Second}, 0, []string{`step "rake db:migrate" in service "api"`, "it ended with exit code 7", "container app", "exit code 7"}},
		"no such image":     {awsfake.Behaviour{CannotPull: "manifest unknown"}, 0, []string{"its task did not run", "CannotPullContainerError: manifest unknown"}},
		"it takes too long": {awsfake.Behaviour{Exit: true, After: time.Hour}, 200 * time.Millisecond, []string{"has not ended after 200ms"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.mustDeploy("1")
			w.cfg.Before = migration(test.timeout)
			w.steps(test.behaviour)
			updated := w.calls("UpdateService")
			_, err := w.deploy("2")
			wantError(t, err, append(test.say, "1 runs again")...)
			if w.calls("UpdateService") != updated {
				t.Error("the service was updated after a step that failed")
			}
			w.runs("api", "1", 2)
			w.steps(awsfake.Behaviour{})
			w.cfg.Before = migration(0)
			w.mustDeploy("2") // the step runs anew
			w.runs("api", "2", 2)
		})
	}
}

func TestStepNeedsItsContainer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.cfg.Before = migration(0)
	w.cfg.Before[0].Container = "ap"
	_, err := w.deploy("1")
	wantError(t, err, `no container "ap"`, "it has app, proxy")
}

func TestRunTaskThatFindsNoPlace(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.cfg.Before = migration(0)
	w.fake.Handle("ecs", "RunTask", func(*awsfake.Call) (any, error) {
		return map[string]any{"tasks": []any{}, "failures": []any{map[string]any{"arn": "arn:aws:ecs:us-east-1:111111111111:container-instance/1", "reason": "RESOURCE:MEMORY"}}}, nil
	})
	_, err := w.deploy("1")
	wantError(t, err, "RESOURCE:MEMORY", "api:2")
}

// A down-migration runs in the revision that is live.
func TestRunStep(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.mustDeploy("1")
	w.mustDeploy("2")
	d := w.deployment("2")
	d.Down = []deploy.Step{{Target: "web", Service: "api", Command: []string{"rake", "db:rollback"}}}
	if _, err := rollback(t, d, ""); err != nil {
		t.Fatal(err)
	}
	runs := w.fake.Calls("ecs", "RunTask")
	if len(runs) != 1 || !strings.HasSuffix(runs[0].String("taskDefinition"), "api:3") {
		t.Errorf("tasks: %+v", runs)
	}
	w.runs("api", "1", 2)
}
