package ecs

import (
	"errors"
	"strings"
	"testing"
	"time"

	"git.example/slipway/internal/awsfake"
	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy"
)

// moved lets somebody else, who knows nothing but tags, move the service api to a
// release.
func (w *world) moved(tag string) {
	w.t.Helper()
	arn := w.ecs.AddTaskDefinition(taskDefinition("api", registry+"shop/app:"+tag))
	w.ecs.Move("api", shortARN(arn))
}

// newMovedWorld resolves tags to the digests of the releases.
func newMovedWorld(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	w.ecs.Digest = func(image string) string {
		_, tag, _ := strings.Cut(image, ":")
		return digestOf("app", tag)
	}
	return w
}

// A deployment that is on its way is waited for, and proven by the digests of
// its tasks.
func TestVerifyMoved(t *testing.T) {
	t.Parallel()
	w := newMovedWorld(t)
	w.moved("1")
	proof, err := w.target().VerifyMoved(t.Context(), w.desired("1"))
	if err != nil || len(proof.Drift) > 0 {
		t.Fatalf("drift %v, %v", proof.Drift, err)
	}
	if len(proof.Running) != 2 || proof.Running[0].Subject != "api" || proof.Running[0].Image != digestOf("app", "1") {
		t.Errorf("running: %+v", proof.Running)
	}
	if got := w.ecs.Deployments("api"); len(got) != 1 || got[0] != "PRIMARY COMPLETED api:2" {
		t.Errorf("deployments: %v", got)
	}
	if w.calls("UpdateService")+w.calls("RegisterTaskDefinition") > 0 {
		t.Error("verifying changed something")
	}
}

// What is not there, or was not moved, is drift or an error, with the reason.
func TestVerifyMovedFails(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		change func(w *world)
		drift  string
		say    []string
	}{
		"nobody moved it": {func(*world) {}, "api image: want " + digestOf("app", "2") + ": got " + digestOf("app", "1"), nil},
		"moved by hand after ECS rolled back": {func(w *world) {
			w.failing2(awsfake.Behaviour{CannotPull: "manifest unknown"})
			w.moved("2")
			w.fake.Clock.Advance(20 * time.Minute)
			w.ecs.Move("api", "api:1")
		}, "api image: want " + digestOf("app", "2"), nil},
		"the tag was moved": {func(w *world) { w.moved("2"); w.failing2(awsfake.Behaviour{Digest: digestOf("app", "evil")}) }, "got " + digestOf("app", "evil"), nil},
		"it can't be pulled": {func(w *world) { w.failing2(awsfake.Behaviour{CannotPull: "manifest unknown"}); w.moved("2") }, "",
			[]string{`service "api"`, "CannotPullContainerError: manifest unknown"}},
		"ECS rolled back before we looked": {func(w *world) {
			w.failing2(awsfake.Behaviour{CannotPull: "manifest unknown"})
			w.moved("2")
			w.fake.Clock.Advance(20 * time.Minute)
		}, "", []string{`service "api": its deployment failed`, "ECS rolled back to api:2", "ROLLBACK_SUCCESSFUL", "circuit breaker", "manifest unknown"}},
		"it does not start": {func(w *world) {
			w.cfg.Timeout = config.Duration(time.Second)
			w.failing2(awsfake.Behaviour{Stuck: true})
			w.moved("2")
		}, "", []string{"it does not run api:3 after 1s"}},
		"no cluster":        {func(w *world) { w.cfg.Cluster = "pord" }, "", []string{`cluster "pord"`, "there is none of that name"}},
		"no service":        {func(w *world) { w.cfg.Services[0].Name = "apo" }, "", []string{`cluster "prod" has no service "apo"`, "correct verify"}},
		"none of ours":      {func(w *world) { w.cfg.Services[0].Value.Containers = map[string]string{"ap": "app"} }, "", []string{`it has no container "ap"`}},
		"a denied identity": {func(w *world) { w.fake.Fault("ecs", "DescribeServices", -1, awsfake.Denied("*")) }, "", []string{"AccessDeniedException"}},
		"fewer tasks than want": {func(w *world) {
			w.moved("2")
			w.fake.Clock.Advance(time.Hour)
			w.ecs.Behave = stuck
			w.ecs.Kill("api", 1)
		}, "api missing: want 2 tasks: got 1 task", nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newMovedWorld(t)
			w.moved("1")
			w.fake.Clock.Advance(time.Hour)
			test.change(w)
			if name == "fewer tasks than want" {
				w.fake.Clock.Speed(0)
			}
			proof, err := w.target().VerifyMoved(t.Context(), w.desired("2"))
			if test.say != nil {
				wantError(t, err, test.say...)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			text := (&deploy.Unproven{Drift: proof.Drift}).Error()
			if !strings.Contains(text, test.drift) {
				t.Errorf("drift does not say %q:\n%s", test.drift, text)
			}
		})
	}
}

// failing2 runs every task of an image of release 2 badly.
func (w *world) failing2(b awsfake.Behaviour) {
	w.ecs.Behave = func(s awsfake.TaskStart) awsfake.Behaviour {
		if strings.HasSuffix(s.Images["app"], ":2") {
			return b
		}
		return awsfake.Behaviour{}
	}
}

// A task that fails again and again ends the waiting early.
func TestVerifyMovedStopsEarly(t *testing.T) {
	t.Parallel()
	w := newMovedWorld(t)
	w.failing2(awsfake.Behaviour{Exit: true, Code: 3, After: time.Second})
	w.ecs.AddService(strings.Replace(createService("api", "api", 2), `"enable": true`, `"enable": false`, 1))
	w.moved("2")
	_, err := w.target().VerifyMoved(t.Context(), w.desired("2"))
	var stopped *deploy.Stopped
	if !errors.As(err, &stopped) {
		t.Fatalf("error %v", err)
	}
	wantError(t, err, "3 tasks stopped for the same reason", "exit code 3")
}
