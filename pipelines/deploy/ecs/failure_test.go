package ecs

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/google/go-cmp/cmp"

	"git.example/slipway/internal/awsfake"
	"git.example/slipway/internal/waittest"
	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy"
)

// A release that can't run is a failure with the reason, and the release before
// it runs again, proven.
func TestFailures(t *testing.T) {
	t.Parallel()
	noBreaker := strings.Replace(createService("api", "api", 2), `"enable": true, "rollback": true`, `"enable": false, "rollback": false`, 1)
	tests := map[string]struct {
		service   string
		behaviour awsfake.Behaviour
		say       []string
	}{
		"an image that can't be pulled": {service: noBreaker, behaviour: awsfake.Behaviour{CannotPull: "manifest unknown"},
			say: []string{`service "api"`, "2 tasks stopped for the same reason", "CannotPullContainerError: manifest unknown", "TaskFailedToStart"}},
		"a secret that the task may not read": {service: noBreaker, behaviour: awsfake.Behaviour{CannotInit: "unable to pull secrets: AccessDeniedException"},
			say: []string{"2 tasks stopped", "ResourceInitializationError: unable to pull secrets"}},
		"a container that ends": {service: noBreaker, behaviour: awsfake.Behaviour{Exit: true, Code: 3, After: time.Second},
			say: []string{"3 tasks stopped", "container app ended with exit code 3", "Essential container in task exited", "event: (service api) has started 1 tasks"}},
		"a health check that fails": {service: noBreaker, behaviour: awsfake.Behaviour{Unhealthy: true},
			say: []string{"3 tasks stopped", "Task failed container health checks"}},
		"a load balancer's health check that fails": {behaviour: awsfake.Behaviour{Unhealthy: true},
			service: strings.Replace(noBreaker, `"launchType"`, `"loadBalancers": [{"targetGroupArn": "arn:aws:elasticloadbalancing:us-east-1:111111111111:targetgroup/web/0123456789abcdef", "containerName": "app", "containerPort": 8080}], "launchType"`, 1),
			say:     []string{"3 tasks stopped", "Task failed ELB health checks"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.ecs.AddService(test.service) // in place of the harness's
			w.mustDeploy("1")
			w.failing("2", test.behaviour)
			_, err := w.deploy("2")
			wantError(t, err, append(test.say, "1 runs again")...)
			var stopped *deploy.Stopped
			if !errors.As(err, &stopped) || stopped.Subject != "api" {
				t.Errorf("error is no *deploy.Stopped of the service: %v", err)
			}
			if f := failureOfDeploy(t, err); f.ReturnedTo != "1" {
				t.Errorf("returned to %q", f.ReturnedTo)
			}
			w.runs("api", "1", 2)
		})
	}
}

// ECS that rolled back by itself, or gave up, is a failure also when the
// service is stable again.
func TestCircuitBreakerIsAFailure(t *testing.T) {
	t.Parallel()
	for name, rollback := range map[string]string{"with rollback": "true", "without rollback": "false"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.ecs.AddService(strings.Replace(createService("api", "api", 2), `"rollback": true`, `"rollback": `+rollback, 1))
			w.mustDeploy("1")
			w.failing("2", awsfake.Behaviour{CannotPull: "manifest unknown"})
			w.fake.Clock.Speed(5000) // so that the breaker is faster than we look
			_, err := w.deploy("2")
			wantError(t, err, "1 runs again", "manifest unknown")
			if !strings.Contains(err.Error(), "circuit breaker") && !strings.Contains(err.Error(), "took over") && !strings.Contains(err.Error(), "2 tasks stopped") {
				t.Errorf("error does not say what ECS did: %v", err)
			}
			w.fake.Clock.Speed(400)
			w.runs("api", "1", 2)
		})
	}
}

// Somebody else's deploy in the middle of ours is not ours, however well it goes.
func TestAnotherDeployTakesOver(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.mustDeploy("1")
	other := w.ecs.AddTaskDefinition(taskDefinition("api", registry+"shop/app@"+digestOf("app", "theirs")))
	w.fake.Fault("ecs", "UpdateService", 1, func(c *awsfake.Call) error {
		go func() {
			defer w.fake.Clock.Speed(400)
			c, _ := w.signIn(context.Background())
			waittest.Within(time.Minute, func() bool { return len(w.ecs.Deployments("api")) != 1 })
			_, err := ecs.NewFromConfig(c).UpdateService(context.Background(), &ecs.UpdateServiceInput{
				Cluster: aws.String("prod"), Service: aws.String("api"), TaskDefinition: aws.String(other)})
			if err != nil {
				t.Error(err)
			}
		}()
		return w.stopClock(c) // so that ours is not complete before theirs begins
	})
	_, err := w.deploy("2")
	wantError(t, err, "another deployment, of api:3, took over", "somebody else deployed", "1 runs again")
	w.runs("api", "1", 2)
}

func TestTimeout(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.mustDeploy("1")
	w.failing("2", awsfake.Behaviour{Stuck: true})
	w.cfg.Timeout = config.Duration(time.Second)
	_, err := w.deploy("2")
	wantError(t, err, "it does not run api:3 after 1s", "deployment of api:3: PRIMARY IN_PROGRESS, 0 of 2 tasks run, 2 pending", "1 runs again")
}

// One service of several that fails takes all of them back.
func TestAllServicesGoBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.addService("admin", 1)
	w.cfg.Services = append(w.cfg.Services, config.Entry[config.ECSService]{Name: "admin"})
	w.mustDeploy("1")
	w.ecs.Behave = func(s awsfake.TaskStart) awsfake.Behaviour {
		if s.Family == "admin" && strings.Contains(s.Images["app"], digestOf("app", "2")) {
			return awsfake.Behaviour{Exit: true, Code: 1, After: time.Second}
		}
		return awsfake.Behaviour{}
	}
	_, err := w.deploy("2")
	wantError(t, err, `service "admin"`, "1 runs again")
	w.runs("api", "1", 2)
	w.runs("admin", "1", 1)
}

// The first deploy that fails goes back to what ran before Slipway.
func TestFirstDeployGoesBackToWhatRan(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.failing("1", awsfake.Behaviour{CannotInit: "no route"})
	_, err := w.deploy("1")
	wantError(t, err, "no route", "adopted runs again")
	w.runs("api", "0", 2)
	if diff := cmp.Diff([]string{"PRIMARY COMPLETED api:1"}, w.ecs.Deployments("api")); diff != "" {
		t.Error(diff)
	}
}

// What runs is proven by digest, not by what was asked for.
func TestOtherDigestIsAFailure(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.mustDeploy("1")
	w.failing("2", awsfake.Behaviour{Digest: digestOf("app", "another")})
	_, err := w.deploy("2")
	wantError(t, err, "what runs is not what was released", "api image: want "+digestOf("app", "2"), "got "+digestOf("app", "another"), "1 runs again")
}

// Nothing changed, and the message says what is missing and what to do.
func TestRefusals(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		change func(w *world)
		say    []string
	}{
		"no cluster":          {func(w *world) { w.cfg.Cluster = "pord" }, []string{`cluster "pord"`, "there is none of that name"}},
		"a cluster that was":  {func(w *world) { w.ecs.SetCluster("prod", "INACTIVE") }, []string{`cluster "prod"`, "it is INACTIVE"}},
		"no service":          {func(w *world) { w.cfg.Services[0].Name = "apo" }, []string{`service "apo"`, "has no service of that name", "create:"}},
		"a service that was":  {func(w *world) { w.ecs.SetService("api", "INACTIVE") }, []string{`service "api"`, "has no service of that name"}},
		"a service that goes": {func(w *world) { w.ecs.SetService("api", "DRAINING") }, []string{`service "api"`, "it is DRAINING"}},
		"another controller": {func(w *world) {
			w.ecs.AddService(strings.Replace(createService("api", "api", 1), `"launchType"`, `"deploymentController": {"type": "CODE_DEPLOY"}, "launchType"`, 1))
		}, []string{"CODE_DEPLOY", "--deployment-controller type=ECS", "make a new service with the controller ECS"}},
		"a denied identity":       {func(w *world) { w.fake.Fault("ecs", "DescribeServices", -1, awsfake.Denied("*")) }, []string{"AccessDeniedException", "user/admin", "ecs:DescribeServices"}},
		"no JSON":                 {file("{\n\"family\": \"api\"\n\"x\"}"), []string{`service "api"`, `"ecs/api.json"`, "line 3"}},
		"no family":               {file(`{"containerDefinitions": [{"name": "app", "image": "x"}]}`), []string{`it has no "family"`}},
		"no containers":           {file(`{"family": "api"}`), []string{`it has no "containerDefinitions"`}},
		"two of one name":         {file(`{"family": "api", "containerDefinitions": [{"name": "app", "image": "x"}, {"name": "app", "image": "y"}]}`), []string{`two containers are called "app"`}},
		"a container without one": {file(`{"family": "api", "containerDefinitions": [{"name": "app"}]}`), []string{`container "app" has no "image"`}},
		"none of ours":            {file(`{"family": "api", "containerDefinitions": [{"name": "x", "image": "nginx:1"}]}`), []string{"none of its containers (x)", "containers: {x: app}"}},
		"a container not there":   {func(w *world) { w.cfg.Services[0].Value.Containers = map[string]string{"ap": "app"} }, []string{`it has no container "ap"`, "it has app, proxy"}},
		"an image not there":      {func(w *world) { w.cfg.Services[0].Value.Containers = map[string]string{"app": "api"} }, []string{`image "api", which this release does not have`, "it has app, worker"}},
		"one of ours left out":    {func(w *world) { w.cfg.Services[0].Value.Containers = map[string]string{"proxy": "app"} }, []string{`container "app" runs image "app"`, "add it to containers"}},
		"latest":                  {file(strings.Replace(taskDefinition("api", "shop/app"), "envoy:v1.30", "envoy:latest", 1)), []string{`container "proxy" runs "envoyproxy/envoy:latest"`, "write a version or a digest"}},
		"a bad secret":            {file(strings.Replace(taskDefinition("api", "shop/app"), `"healthCheck"`, `"secrets": [{"name": "DB", "valueFrom": "arn:aws:secretsmanager:us-east-1:111111111111:secret:db:user"}], "healthCheck"`, 1)), []string{`secret "DB" of container "app"`, ":json-key:version-stage:version-id"}},
		"a step elsewhere":        {func(w *world) { w.cfg.Before = []config.ECSStep{{Step: config.Step{Service: "x", Run: []string{"y"}}}} }, []string{`step "y"`, `no service "x"`}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.secrets = noSecrets{}
			test.change(w)
			_, err := w.deploy("1")
			wantError(t, err, test.say...)
			for _, operation := range []string{"RegisterTaskDefinition", "UpdateService", "CreateService", "RunTask"} {
				if n := len(w.fake.Calls("ecs", operation)); n > 0 {
					t.Errorf("%d calls of %s", n, operation)
				}
			}
			if strings.Contains(err.Error(), canary) {
				t.Error("the error has a value of the environment")
			}
		})
	}
}

// file gives the service a task definition file.
func file(text string) func(*world) {
	return func(w *world) {
		w.cfg.Services[0].Value.TaskDefinition = "ecs/api.json"
		w.files["ecs/api.json"] = text
	}
}

// noSecrets finds every secret.
type noSecrets struct{}

func (noSecrets) CheckSecret(context.Context, SecretRef) (string, error) { return "", nil }
