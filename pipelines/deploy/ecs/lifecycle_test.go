package ecs

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"git.example/slipway/internal/awsfake"
	"git.example/slipway/pipelines/aws"
	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy"
)

// newService adds a service that is not there, with the files to make it from.
func (w *world) newService(name string) {
	w.cfg.Services = append(w.cfg.Services, config.Entry[config.ECSService]{Name: name, Value: config.ECSService{
		TaskDefinition: "ecs/" + name + ".json", Create: "ecs/" + name + "-service.json",
	}})
	w.files["ecs/"+name+".json"] = strings.Replace(taskDefinition(name, "shop/app"), `"name": "app"`, `"name": "app", "user": "1000"`, 1)
	w.files["ecs/"+name+"-service.json"] = `{"launchType": "FARGATE", "desiredCount": 3, "networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-1"]}}}`
}

func TestCreate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.newService("jobs")
	w.cfg.Before = []config.ECSStep{{Step: config.Step{Service: "jobs", Run: config.Command{"prepare"}}}}
	plan := w.plan("1")
	var kinds []deploy.Kind
	for _, c := range plan.Changes {
		kinds = append(kinds, c.Kind)
	}
	if diff := cmp.Diff([]deploy.Kind{deploy.RunStep, deploy.Replace, deploy.Start}, kinds); diff != "" {
		t.Error(diff)
	}
	w.mustDeploy("1")
	w.runs("jobs", "1", 3)
	w.mustDeploy("2")
	w.runs("jobs", "2", 3)
	if n := w.calls("CreateService"); n != 1 {
		t.Errorf("%d services were created", n)
	}
}

// A service that a deploy created goes again when its first release fails, also
// when a killed run created it. What was there stays.
func TestCreatedServiceGoesAgain(t *testing.T) {
	t.Parallel()
	for name, killed := range map[string]bool{"in one run": false, "after a killed run": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.newService("jobs")
			w.ecs.Behave = func(s awsfake.TaskStart) awsfake.Behaviour {
				if s.Family == "jobs" {
					return awsfake.Behaviour{CannotPull: "no such image"}
				}
				return awsfake.Behaviour{}
			}
			if killed {
				w.kill("CreateService", 1, true)
			}
			_, err := w.deploy("2")
			wantError(t, err, `service "jobs"`, "no such image")
			if got := w.ecs.Runs("jobs"); len(got) > 0 {
				t.Errorf("jobs runs %v", got)
			}
			if w.calls("DeleteService") != 1 {
				t.Error("the service that was created is still there")
			}
			if !killed {
				w.runs("api", "0", 2)
			}
		})
	}
}

func TestDesiredCount(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.mustDeploy("1")
	four, none := 4, 0
	w.cfg.Services[0].Value.DesiredCount = &four
	w.mustDeploy("2")
	w.runs("api", "2", 4)
	w.cfg.Services[0].Value.DesiredCount = nil // somebody else's from now on
	w.mustDeploy("3")
	w.runs("api", "3", 4)
	w.cfg.Services[0].Value.DesiredCount = &none
	w.mustDeploy("4")
	w.runs("api", "4", 0)
	three := 3
	w.cfg.Services[0].Value.DesiredCount = &three
	plan := w.plan("4")
	if len(plan.Changes) != 1 || plan.Changes[0].Note != "desired count 0 -> 3" {
		t.Errorf("plan %+v", plan.Changes)
	}
	registered := w.calls("RegisterTaskDefinition")
	w.mustDeploy("5")
	w.runs("api", "5", 3)
	if w.calls("RegisterTaskDefinition") != registered+1 {
		t.Error("another number of revisions")
	}
}

func TestDrift(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		change func(w *world)
		want   []string
	}{
		"none":              {func(*world) {}, nil},
		"another revision":  {func(w *world) { w.ecs.AddService(createService("api", "api:1", 2)) }, []string{"config", "image", "image"}},
		"fewer tasks":       {func(w *world) { w.ecs.Behave = stuck; w.ecs.Kill("api", 1) }, []string{"missing"}},
		"no service":        {func(w *world) { w.ecs.SetService("api", "INACTIVE") }, nil},
		"an unhealthy task": {func(w *world) { w.ecs.Sicken("api") }, []string{"state"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			file(taskDefinition("api", "shop/app"))(w)
			w.mustDeploy("1")
			w.fake.Clock.Speed(0)
			test.change(w)
			proofs, err := verify(t, w.deployment("1"))
			if name == "no service" {
				wantError(t, err, `no service of that name`)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			var kinds []string
			for _, d := range proofs["web"].Drift {
				kinds = append(kinds, d.Kind)
			}
			if diff := cmp.Diff(test.want, kinds); diff != "" {
				t.Errorf("%s\n%v", diff, proofs["web"].Drift)
			}
		})
	}
}

func stuck(awsfake.TaskStart) awsfake.Behaviour { return awsfake.Behaviour{Stuck: true} }

// The plan says what changes, by name. Values of an environment are nowhere: not
// in plans, logs, errors or what is remembered of a deploy from what runs.
func TestPlanShowsNamesAndNoValues(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	file(strings.NewReplacer(`"info"`, `"debug"`, canary, canary+"2").Replace(taskDefinition("api", "shop/app")))(w)
	plan := w.plan("1")
	wantChange := deploy.Change{Kind: deploy.Replace, Subject: "api",
		Before: short(registry + "shop/app@" + digestOf("app", "0")), After: short(registry + "shop/app@" + digestOf("app", "1")),
		Note: "changes app.environment.LOG_LEVEL.value, app.environment.PASSWORD.value"}
	if diff := cmp.Diff([]deploy.Change{wantChange}, plan.Changes); diff != "" {
		t.Error(diff)
	}
	text, err := json.Marshal(plan)
	if err != nil || strings.Contains(string(text), canary) {
		t.Error("a value is in the plan")
	}
	w.mustDeploy("1")
	w.failing("2", awsfake.Behaviour{Exit: true, Code: 1, After: time.Second})
	_, err = w.deploy("2")
	wantError(t, err, "exit code 1")
	if strings.Contains(err.Error(), canary) || strings.Contains(w.said(), canary) {
		t.Error("a value is in the log or the error")
	}
}

// Secrets of Secrets Manager and Parameter Store are read before anything
// changes, and their values go nowhere.
func TestSecretsAreChecked(t *testing.T) {
	const value = "5ecr3t-canary"
	arn := func(w *world) string { return w.fakeSecrets.ARN("prod/db") }
	tests := map[string]struct {
		from func(w *world) string
		say  []string
	}{
		"a key":             {func(w *world) string { return arn(w) + ":password::" }, nil},
		"the whole secret":  {func(w *world) string { return arn(w) }, nil},
		"a parameter":       {func(*world) string { return "/prod/db" }, nil},
		"a parameter's ARN": {func(*world) string { return "arn:aws:ssm:us-east-1:111111111111:parameter/prod/db" }, nil},
		"no such secret":    {func(*world) string { return "arn:aws:secretsmanager:us-east-1:111111111111:secret:prod/none-AbCdEf" }, []string{`secret "DB" of container "app"`, "prod/none", "there is no such secret"}},
		"no such key":       {func(w *world) string { return arn(w) + ":user::" }, []string{`secret "DB"`, `key "user"`, "it has no such key"}},
		"no such parameter": {func(*world) string { return "/prod/none" }, []string{`secret "DB"`, "/prod/none"}},
		"not readable":      {func(w *world) string { w.fake.Fault("secretsmanager", "*", -1, awsfake.Denied("*")); return arn(w) }, []string{`secret "DB"`, "secretsmanager:GetSecretValue", "check-secrets: false"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.fake.Setenv(t)
			w.fakeSecrets = w.fake.Secrets()
			w.fakeSecrets.Put("prod/db", fmt.Sprintf(`{"password": %q}`, value))
			w.fake.Parameters().Put("/prod/db", value)
			w.secrets = SecretsOf(aws.New(os.LookupEnv, aws.Run{}), aws.Options{})
			file(strings.Replace(taskDefinition("api", "shop/app"), `"healthCheck"`, fmt.Sprintf(`"secrets": [{"name": "DB", "valueFrom": %q}], "healthCheck"`, test.from(w)), 1))(w)
			_, err := w.deploy("1")
			if test.say == nil && err != nil {
				t.Fatal(err)
			}
			if test.say != nil {
				wantError(t, err, test.say...)
				if w.calls("RegisterTaskDefinition")+w.calls("UpdateService") > 0 {
					t.Error("something was changed")
				}
			}
			said := w.said() + fmt.Sprint(err)
			_ = filepath.WalkDir(w.dir, func(path string, entry os.DirEntry, err error) error {
				if err == nil && !entry.IsDir() {
					text, _ := os.ReadFile(path)
					said += string(text)
				}
				return err
			})
			if strings.Contains(said, value) {
				t.Error("the secret's value is in the log, the error or the journal")
			}
			if test.say == nil {
				w.wantSecretVersion(test.from(w))
			}
			if test.say != nil && name == "not readable" {
				w.cfg.CheckSecrets = false
				w.mustDeploy("1")
			}
		})
	}
}

// A service that today's slipway.yaml no longer has is left as it is.
func TestServiceThatIsNoLongerNamed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.addService("old", 1)
	w.cfg.Services = append(w.cfg.Services, config.Entry[config.ECSService]{Name: "old"})
	w.mustDeploy("1")
	w.cfg.Services = slices.Clone(w.cfg.Services[:1])
	w.mustDeploy("2")
	w.runs("old", "1", 1)
}

// A service that a release brings in goes back to what it ran when the release
// fails, though no release before knew it.
func TestServiceThatIsNewInARelease(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.mustDeploy("1")
	w.addService("late", 1)
	w.cfg.Services = append(w.cfg.Services, config.Entry[config.ECSService]{Name: "late"})
	w.failing("2", awsfake.Behaviour{CannotPull: "no such image"})
	_, err := w.deploy("2")
	wantError(t, err, "1 runs again")
	w.runs("api", "1", 2)
	w.runs("late", "0", 1)
}

// wantSecretVersion wants the history to have the version of the secret, and to
// keep it in a deploy that hands out none.
func (w *world) wantSecretVersion(from string) {
	w.t.Helper()
	ref, err := parseSecretRef(from)
	if err != nil {
		w.t.Fatal(err)
	}
	live := func() string {
		entry, err := w.journal().Live(w.t.Context())
		if err != nil {
			w.t.Fatal(err)
		}
		return entry.SecretVersions[ref.String()]
	}
	first := live()
	if first == "" {
		w.t.Errorf("the version of %s is not in the history", ref)
	}
	d := w.deployment("1")
	d.Tag, d.Targets[0].Desired.Release.Tag = "2", "2" // the same images
	w.mustRun(d)
	if second := live(); second != first {
		w.t.Errorf("version %q after a deploy that changed nothing, %q before", second, first)
	}
}
