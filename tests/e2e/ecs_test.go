package e2e

import (
	"strings"
	"testing"

	"git.example/slipway/internal/awsfake"
	"git.example/slipway/internal/projecttest"
	"git.example/slipway/pipelines/deploy/rollout"
)

// onECS has one ECS service, and a migration before it moves.
const onECS = `version: 1
project: sample
images:
  app: {context: image}
registries:
  local: {oci: {host: REGISTRY}}
environments:
  prod:
    registry: local
    deploy:
      app:
        ecs:
          cluster: prod
          services: {api: {}}
          before: [{service: api, run: [/probe]}]
`

const taskDefinition = `{
  "family": "api", "networkMode": "awsvpc", "requiresCompatibilities": ["FARGATE"], "cpu": "256", "memory": "512",
  "executionRoleArn": "arn:aws:iam::111111111111:role/ecsTaskExecutionRole",
  "containerDefinitions": [{"name": "api", "image": "REGISTRY/sample/app:before"}]
}`

// TestECS deploys to ECS with the caller's credentials, and back.
func TestECS(t *testing.T) {
	needEngine(t)
	fake := awsfake.New(t, awsfake.Options{})
	fake.Clock.Speed(30)
	dir, host := project(t, "pass", onECS)
	fake.Parameters() // where the journal is
	cluster := fake.ECS()
	cluster.AddCluster("prod")
	cluster.AddTaskDefinition(strings.Replace(taskDefinition, "REGISTRY", host, 1))
	cluster.AddService(`{"cluster": "prod", "serviceName": "api", "taskDefinition": "api", "desiredCount": 2, "launchType": "FARGATE",
		"networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-1"]}}}`)
	variables := fake.EnvOf(fake.Admin)
	endpoint := strings.TrimPrefix(variables["AWS_ENDPOINT_URL"], "http://")
	secret := variables["AWS_SECRET_ACCESS_KEY"]
	told := newTraces(t)
	do := func(build string, words ...string) rollout.Result {
		t.Helper()
		args := []string{"--build-number", build,
			"with-variable", "--name", "AWS_ENDPOINT_URL", "--value", "http://" + endpoint,
			"with-variable", "--name", "AWS_REGION", "--value", variables["AWS_REGION"],
			"with-variable", "--name", "AWS_ACCESS_KEY_ID", "--value", variables["AWS_ACCESS_KEY_ID"],
			"with-secret", "--name", "AWS_SECRET_ACCESS_KEY", "--value", "env://E2E_KEY",
			"with-service", "--address", endpoint, "--service", "tcp://" + endpoint}
		c := call(t, dir, append(told.env(), "E2E_KEY="+secret), append(args, service(host, words...)...)...)
		if c.code != 0 {
			t.Fatalf("exit code %d\n%s", c.code, c.stderr)
		}
		if strings.Contains(c.stdout+c.stderr, secret) || told.has(secret) {
			t.Errorf("the key is shown:\n%s", c.stdout+c.stderr)
		}
		var result rollout.Result
		decode(t, c.stdout, &result)
		return result
	}
	first := do("1", "release", "--env", "prod", "json")
	projecttest.Write(t, dir, "image/hello.txt", "the second")
	commit(t, dir, "Change the page")
	second := do("2", "release", "--env", "prod", "json")
	if second.Previous != first.Entry.Tag {
		t.Errorf("the second release came after %q, want %q", second.Previous, first.Entry.Tag)
	}
	back := do("2", "rollback", "--env", "prod", "json")
	if back.Entry.Tag != first.Entry.Tag {
		t.Errorf("rolled back to %q, want %q", back.Entry.Tag, first.Entry.Tag)
	}
	if got := cluster.Tasks("/probe"); got != 2 {
		t.Errorf("%d migrations ran, want one a release", got)
	}
}
