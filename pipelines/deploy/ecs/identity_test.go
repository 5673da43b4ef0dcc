package ecs

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"

	"git.example/slipway/internal/awsfake"
	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy/journal"
)

// revisionsOf are the revisions that the history has for a service, by entry.
func (w *world) revisionsOf(service string) []string {
	w.t.Helper()
	entries, err := w.journal().History(w.t.Context(), 0)
	if err != nil {
		w.t.Fatal(err)
	}
	var all []string
	for _, e := range slices.Backward(entries) {
		all = append(all, fmt.Sprintf("%s %s %s", e.Tag, e.Outcome, shortARN(e.Revisions["web"][service])))
	}
	return all
}

// wantRuns wants a service to run exactly one revision.
func (w *world) wantRuns(service, revision string) {
	w.t.Helper()
	runs := w.ecs.Runs(service)
	if len(runs) == 0 || slices.ContainsFunc(runs, func(r string) bool { return r != revision }) {
		w.t.Errorf("%s runs %v, want %s", service, runs, revision)
	}
}

// deregister takes a revision away, as somebody else would.
func (w *world) deregister(revision string) {
	w.t.Helper()
	c, _ := w.signIn(w.t.Context())
	if _, err := ecs.NewFromConfig(c).DeregisterTaskDefinition(w.t.Context(), &ecs.DeregisterTaskDefinitionInput{TaskDefinition: aws.String(revision)}); err != nil {
		w.t.Fatal(err)
	}
}

// What a task definition has that ECS makes more of, or less, in whatever way, is
// deployed, proven, found unchanged, and gone back to.
func TestWhateverECSMakesOfIt(t *testing.T) {
	t.Parallel()
	efs := strings.Replace(taskDefinition("api", "shop/app"), `"containerDefinitions"`,
		`"volumes": [{"name": "data", "efsVolumeConfiguration": {"fileSystemId": "fs-1"}}], "containerDefinitions"`, 1)
	tests := map[string]struct {
		file  string
		drops int
		keys  bool // that the model does not have yet
	}{
		"EFS without a root directory": {file: efs},
		"a key that nobody knows":      {file: strings.Replace(taskDefinition("api", "shop/app"), `"family"`, `"futureKey": {"depth": 1}, "family"`, 1), keys: true},
		"a key that the region drops":  {file: efs, drops: 1},
		"keys that the region drops":   {file: efs, drops: 3},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			if test.keys {
				w.fake.AddMember("ecs", "RegisterTaskDefinitionRequest", "futureKey")
				w.fake.AddMember("ecs", "TaskDefinition", "futureKey")
			}
			file(test.file)(w)
			w.ecs.Drops = test.drops
			w.mustDeploy("1")
			if test.drops > 0 && !strings.Contains(w.said(), "ECS did not take over as it was sent: ") {
				t.Errorf("what was dropped is not said:\n%s", w.said())
			}
			if test.drops == 0 && strings.Contains(w.said(), "did not take over") {
				t.Errorf("what is filled in counts as changed:\n%s", w.said())
			}
			if plan := w.plan("1"); !plan.Empty() {
				t.Errorf("what runs is planned again: %+v", plan.Changes)
			}
			proofs, err := verify(t, w.deployment("1"))
			if err != nil || len(proofs["web"].Drift) > 0 {
				t.Errorf("drift %v, %v", proofs["web"].Drift, err)
			}
			w.mustDeploy("2")
			if _, err := rollback(t, w.deployment("2"), ""); err != nil {
				t.Fatal(err)
			}
			w.wantRuns("api", "api:2")
			w.failing("3", awsfake.Behaviour{CannotPull: "no such image"})
			_, err = w.deploy("3")
			wantError(t, err, "no such image", "1 runs again")
			w.wantRuns("api", "api:2")
			want := "[adopted adopted  1 deployed api:2 2 deployed api:3 1 rollback api:2 3 rolled-back ]"
			if got := fmt.Sprint(w.revisionsOf("api")); got != want {
				t.Errorf("history %s, want %s", got, want)
			}
			if n := w.calls("RegisterTaskDefinition"); n != 3 {
				t.Errorf("%d revisions were registered, want one for each release", n)
			}
		})
	}
}

// A task definition that is broken goes when its release does, whether it is a file of
// the release or what somebody gave the service.
func TestBrokenTaskDefinitionDoesNotSurvive(t *testing.T) {
	t.Parallel()
	broken := strings.Replace(taskDefinition("api", "shop/app"), `"name": "app"`, `"name": "app", "command": ["/no/such/program"]`, 1)
	breaks := func(w *world) {
		w.ecs.Behave = func(s awsfake.TaskStart) awsfake.Behaviour {
			text, _ := json.Marshal(w.ecs.Document(s.Family, s.Revision))
			if s.Command == nil && strings.Contains(string(text), "/no/such/program") {
				return awsfake.Behaviour{Exit: true, Code: 127, After: time.Second}
			}
			return awsfake.Behaviour{}
		}
	}
	t.Run("a file", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		file(taskDefinition("api", "shop/app"))(w)
		w.mustDeploy("1")
		breaks(w)
		file(broken)(w)
		_, err := w.deploy("2")
		wantError(t, err, "exit code 127", "1 runs again")
		w.wantRuns("api", "api:2")
		file(strings.Replace(broken, "/no/such/program", "/bin/program", 1))(w)
		w.mustDeploy("3")
		if _, err := rollback(t, w.deployment("3"), ""); err != nil {
			t.Fatal(err)
		}
		w.wantRuns("api", "api:2")
	})
	t.Run("what the service was given", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.mustDeploy("1")
		breaks(w)
		w.ecs.AddTaskDefinition(strings.Replace(broken, "shop/app", registry+"shop/app@"+digestOf("app", "1"), 1)) // api:3
		w.fake.Clock.Speed(0)
		w.ecs.Move("api", "api:3")
		w.fake.Clock.Speed(400)
		_, err := w.deploy("2")
		wantError(t, err, "exit code 127", "1 runs again")
		w.wantRuns("api", "api:2")
		proofs, err := verify(t, w.deployment("1"))
		if err != nil || len(proofs["web"].Drift) > 0 {
			t.Errorf("drift %v, %v", proofs["web"].Drift, err)
		}
		w.ecs.Behave = nil
		w.ecs.Move("api", "api:3")
		w.mustDeploy("3")
		if _, err := rollback(t, w.deployment("3"), "1"); err != nil {
			t.Fatal(err)
		}
		w.wantRuns("api", "api:2")
	})
}

// A revision that somebody deregistered is registered anew when it has to come back, and
// that is said.
func TestRevisionThatIsGone(t *testing.T) {
	t.Parallel()
	for name, has := range map[string]func(*world){"with a file": file(taskDefinition("api", "shop/app")), "without one": func(*world) {}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			has(w)
			w.mustDeploy("1")
			w.mustDeploy("2")
			w.deregister("api:2")
			if _, err := rollback(t, w.deployment("2"), ""); err != nil {
				t.Fatal(err)
			}
			w.runs("api", "1", 2)
			w.wantRuns("api", "api:4")
			live, err := w.journal().Live(t.Context())
			if err != nil || shortARN(live.Revisions["web"]["api"]) != "api:4" {
				t.Errorf("live is %+v, %v", live, err)
			}
			proofs, err := verify(t, w.deployment("1"))
			if err != nil || len(proofs["web"].Drift) > 0 {
				t.Errorf("drift %v, %v", proofs["web"].Drift, err)
			}
		})
	}
}

// One of five services that fails takes the others back to exactly what they ran.
func TestOneOfFiveFails(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for i := range 4 {
		name := fmt.Sprintf("svc-%d", i)
		w.addService(name, 1)
		w.cfg.Services = append(w.cfg.Services, config.Entry[config.ECSService]{Name: name})
	}
	w.mustDeploy("1")
	w.ecs.Behave = func(s awsfake.TaskStart) awsfake.Behaviour {
		return awsfake.Behaviour{Exit: s.Family == "svc-2" && s.Revision > 2, Code: 1, After: time.Second}
	}
	_, err := w.deploy("2")
	wantError(t, err, `service "svc-2"`, "exit code 1", "1 runs again")
	for _, service := range []string{"api", "svc-0", "svc-1", "svc-2", "svc-3"} {
		w.wantRuns(service, service+":2")
	}
}

// The history of an older Slipway has no revisions: what it deployed is proven by what
// its task definitions say, and can be gone back to.
func TestHistoryWithoutRevisions(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	file(taskDefinition("api", "shop/app"))(w)
	w.mustDeploy("1")
	w.mustDeploy("2")
	entries, err := w.journal().History(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		e.Revisions = nil
		if err := w.journal().Save(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	w.ecs.Untag(tagDocument)
	proofs, err := verify(t, w.deployment("2"))
	if err != nil || len(proofs["web"].Drift) > 0 {
		t.Errorf("drift %v, %v", proofs["web"].Drift, err)
	}
	if _, err := rollback(t, w.deployment("2"), ""); err != nil {
		t.Fatal(err)
	}
	w.runs("api", "1", 2)
	w.failing("3", awsfake.Behaviour{CannotPull: "no such image"})
	_, err = w.deploy("3")
	wantError(t, err, "1 runs again")
	w.runs("api", "1", 2)
	if live, err := w.journal().Live(t.Context()); err != nil || live.Outcome != journal.OutcomeRollback {
		t.Errorf("live is %+v, %v", live, err)
	}
}

// A deploy of what runs already asks for little.
func TestCallsOfADeployThatChangesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for i := range 19 {
		name := fmt.Sprintf("svc-%02d", i)
		w.addService(name, 1)
		w.cfg.Services = append(w.cfg.Services, config.Entry[config.ECSService]{Name: name})
	}
	w.mustDeploy("1")
	before := len(w.fake.Calls("ecs", "*"))
	w.mustDeploy("1")
	if n := len(w.fake.Calls("ecs", "*")) - before; n > 3*20 {
		t.Errorf("%d calls for 20 services", n)
	} else {
		t.Logf("%d calls for 20 services", n)
	}
}
