package ecs

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"git.example/slipway/internal/awsfake"
	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/journal"
	rollouts "git.example/slipway/pipelines/deploy/rollout"
	"git.example/slipway/pipelines/release"
	"git.example/slipway/pipelines/report"
)

const registry = "111111111111.dkr.ecr.us-east-1.amazonaws.com/"

// image is the digest of a version of an image.
func digestOf(name, version string) string { return "sha256:" + digest(name, version) }

// canary is an environment value that has to stay where it is.
const canary = "c4n4ry-value"

// taskDefinition is a web service's, with a sidecar of somebody else's.
func taskDefinition(family, image string) string {
	return fmt.Sprintf(`{
  "family": %q, "networkMode": "awsvpc", "requiresCompatibilities": ["FARGATE"], "cpu": "1 vCPU", "memory": "2 GB",
  "containerDefinitions": [
    {"name": "app", "image": %q, "portMappings": [{"containerPort": 8080}],
     "environment": [{"name": "LOG_LEVEL", "value": "info"}, {"name": "PASSWORD", "value": %q}],
     "healthCheck": {"command": ["CMD", "true"]}},
    {"name": "proxy", "image": "envoyproxy/envoy:v1.30", "essential": false}
  ]}`, family, image, canary)
}

func createService(name, family string, count int) string {
	return fmt.Sprintf(`{"cluster": "prod", "serviceName": %q, "taskDefinition": %q, "desiredCount": %d, "launchType": "FARGATE",
  "deploymentConfiguration": {"deploymentCircuitBreaker": {"enable": true, "rollback": true}},
  "networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-1"], "securityGroups": ["sg-1"]}}}`, name, family, count)
}

// world is a fake account and what deploys to it.
type world struct {
	t         *testing.T
	fake      *awsfake.Server
	ecs       *awsfake.ECS
	dir       string
	cfg       config.ECSTarget
	files     map[string]string
	scheduler *awsfake.Scheduler
	rules     *awsfake.Rules
	mu        sync.Mutex
	log       bytes.Buffer
	secrets   Secrets
	values    Values
	// fakeSecrets are those of a test that reads them.
	fakeSecrets *awsfake.Secrets
}

// newWorld has the cluster prod and in it the service api, with two tasks.
func newWorld(t *testing.T) *world {
	t.Helper()
	s := awsfake.New(t, awsfake.Options{})
	s.Clock.Speed(400)
	w := &world{t: t, fake: s, ecs: s.ECS(), dir: t.TempDir(), files: map[string]string{}}
	w.cfg = config.ECSTarget{Cluster: "prod", CheckSecrets: true, Timeout: config.Duration(time.Minute), Services: config.Map[config.ECSService]{{Name: "api"}}}
	w.ecs.AddCluster("prod")
	w.addService("api", 2)
	return w
}

// addService makes a service that runs an image of before the first deploy.
func (w *world) addService(name string, count int) {
	w.ecs.AddTaskDefinition(taskDefinition(name, registry+"shop/app@"+digestOf("app", "0")))
	w.ecs.AddService(createService(name, name, count))
}

func (w *world) signIn(context.Context) (sdk.Config, error) {
	i := w.fake.Admin
	again := func() sdk.Retryer { // as pipelines/aws does, and sooner
		return retry.NewStandard(func(o *retry.StandardOptions) { o.MaxAttempts, o.MaxBackoff = 8, 50*time.Millisecond })
	}
	return sdk.Config{Retryer: again, Region: w.fake.Region, BaseEndpoint: sdk.String(w.fake.URL),
		Credentials: credentials.NewStaticCredentialsProvider(i.AccessKeyID, i.SecretAccessKey, "")}, nil
}

func (w *world) target() *Target {
	w.t.Helper()
	return New(Options{Name: "web", Project: "shop", Environment: "prod", AWS: w.signIn, Config: w.cfg, Secrets: w.secrets, Poll: 10 * time.Millisecond})
}

func (w *world) journal() *journal.Journal {
	return journal.New(deploy.LocalHost{}, w.dir, journal.LeaseTimes{})
}

// desired is a release of the images app and worker.
func (w *world) desired(tag string) deploy.Desired {
	w.t.Helper()
	d := deploy.Desired{Project: "shop", Environment: "prod", Images: map[string]deploy.Image{}, Files: map[string]string{}}
	d.Release = release.Record{Project: "shop", Tag: tag, Commit: strings.Repeat(tag, 8), Images: map[string]release.RecordedImage{}}
	for _, name := range []string{"app", "worker"} {
		index := digestOf(name, tag)
		d.Images[name] = deploy.Image{Reference: registry + "shop/" + name + "@" + index, Accepted: []string{index}}
		d.Release.Images[name] = release.RecordedImage{Digest: index}
	}
	for name, text := range w.files {
		d.Files[name] = text
	}
	if err := Complete(w.t.Context(), w.cfg, &d, w.values); err != nil {
		w.t.Fatal(err)
	}
	return d
}

// Report collects every word that is said.
func (w *world) Report(e report.Event) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch e := e.(type) {
	case report.TaskOutput:
		fmt.Fprintln(&w.log, e.Line)
	case report.TaskDone:
		fmt.Fprintln(&w.log, e.Detail, e.Err)
	case report.Notice:
		fmt.Fprintln(&w.log, e.Text)
	}
}

func (w *world) said() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.log.String()
}

func (w *world) deployment(tag string) rollouts.Deployment {
	return rollouts.Deployment{Journal: w.journal(), Tag: tag, Reporter: w, Targets: []rollouts.Item{{Target: w.target(), Desired: w.desired(tag)}}}
}

func (w *world) deploy(tag string) (rollouts.Result, error) {
	w.t.Helper()
	return rollouts.Run(w.t.Context(), w.deployment(tag))
}

func (w *world) mustDeploy(tag string) rollouts.Result {
	w.t.Helper()
	r, err := w.deploy(tag)
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

// plan is what a deploy of tag would do.
func (w *world) plan(tag string) deploy.Plan {
	w.t.Helper()
	plans, err := rollouts.Preview(w.t.Context(), w.deployment(tag))
	if err != nil {
		w.t.Fatal(err)
	}
	return plans[0]
}

// failing runs tasks of an image of the release tag badly.
func (w *world) failing(tag string, b awsfake.Behaviour) {
	w.ecs.Behave = func(s awsfake.TaskStart) awsfake.Behaviour {
		if s.Command == nil && strings.HasSuffix(s.Images["app"], digestOf("app", tag)) {
			return b
		}
		return awsfake.Behaviour{}
	}
}

// runs wants every running task of a service to have app's image of the release
// tag.
func (w *world) runs(service, tag string, count int) {
	w.t.Helper()
	revisions := w.ecs.Runs(service)
	if len(revisions) != count {
		w.t.Errorf("%s runs %v, want %d tasks", service, revisions, count)
	}
	for _, revision := range revisions {
		text, _ := json.Marshal(w.ecs.Definition(revision))
		if !strings.Contains(string(text), digestOf("app", tag)) {
			w.t.Errorf("%s runs %s, which is not release %s", service, revision, tag)
		}
	}
}

// calls are how often an operation succeeded.
func (w *world) calls(operation string) int {
	n := 0
	for _, c := range w.fake.Calls("ecs", operation) {
		if c.Failed == "" {
			n++
		}
	}
	return n
}

// wantError fails unless err says all of the words.
func wantError(t *testing.T, err error, words ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want one with %q", words)
	}
	for _, word := range words {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("error does not say %q:\n%v", word, err)
		}
	}
}

func failureOfDeploy(t *testing.T, err error) *rollouts.Failure {
	t.Helper()
	var f *rollouts.Failure
	if !errors.As(err, &f) {
		t.Fatalf("error %v is no *deploy.Failure", err)
	}
	return f
}

func (w *world) mustRun(d rollouts.Deployment) rollouts.Result {
	w.t.Helper()
	r, err := rollouts.Run(w.t.Context(), d)
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

// rollback goes back to the release tagged to, or to the one before.
func rollback(t *testing.T, d rollouts.Deployment, to string) (rollouts.Result, error) {
	t.Helper()
	entry, desired, err := rollouts.Earlier(t.Context(), d.Journal, to)
	if err != nil {
		return rollouts.Result{}, err
	}
	return rollouts.Rollback(t.Context(), d, entry, desired)
}

// verify compares what runs with what is live.
func verify(t *testing.T, d rollouts.Deployment) (map[string]deploy.Proof, error) {
	t.Helper()
	live, desired, err := rollouts.Live(t.Context(), d.Journal)
	if err != nil {
		return nil, err
	}
	var targets []deploy.Target
	for _, item := range d.Targets {
		targets = append(targets, item.Target)
	}
	return rollouts.Verify(t.Context(), live, desired, targets)
}
