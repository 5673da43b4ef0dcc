package pipelines_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"git.example/slipway/internal/awsfake"
	"git.example/slipway/pipelines"
	"git.example/slipway/pipelines/deploy/rollout"
	"git.example/slipway/pipelines/engine/enginetest"
)

// sampleECS is examples/ecs as a repository, with its ECR on a host that is here.
func sampleECS(t *testing.T, host string) string {
	t.Helper()
	_, base := enginetest.Base(t)
	files := map[string]string{}
	root := filepath.Join("..", "examples", "ecs")
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		name, _ := filepath.Rel(root, path)
		files[name] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	commit(t, dir, expand(files, "busybox:1.36", base,
		`region: us-east-1, create: true}}`, `region: us-east-1, create: true, host: "`+host+`"}}`,
		`, role: "arn:aws:iam::111111111111:role/myapp-deploy"`, ""))
	return dir
}

// The sample goes from a commit to a registry that behaves like ECR and to two
// services, with its journal in Parameter Store, and back.
func TestSampleECS(t *testing.T) {
	needDocker(t)
	fake := awsfake.New(t, awsfake.Options{})
	fake.Setenv(t)
	fake.Clock.Speed(30)
	cluster, secrets, parameters := fake.ECS(), fake.Secrets(), fake.Parameters()
	const canary = "postgres://c4n4ry"
	secrets.Put("prod/myapp", `{"DATABASE_URL": "`+canary+`"}`)
	parameters.Put("/prod/myapp/SENTRY_DSN", "https://c4n4ry@sentry.example")
	cluster.AddCluster("prod")
	ecr := fake.ECR()
	ecr.Passwords = map[string]string{stagingAccount: "ecr-c4n4ry"}
	dir := sampleECS(t, ecrRegistry(t, ecr, stagingAccount, "ecr-c4n4ry"))
	backend, err := os.ReadFile(filepath.Join(dir, "ecs", "backend.json"))
	if err != nil {
		t.Fatal(err)
	}
	cluster.AddTaskDefinition(strings.Replace(string(backend), "myapp/backend", "myapp/backend:before", 1))
	cluster.AddService(`{"cluster": "prod", "serviceName": "backend", "taskDefinition": "myapp-backend", "desiredCount": 1, "launchType": "FARGATE",
		"networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-1"]}}}`)

	first := releaseECS(t, dir, "1")
	second := func() rollout.Result {
		commit(t, dir, map[string]string{"frontend/index.html": "<h1>Two</h1>"})
		return releaseECS(t, dir, "2")
	}()
	if first.Entry.Tag == second.Entry.Tag || second.Previous != first.Entry.Tag {
		t.Errorf("releases %q and %q after %q", first.Entry.Tag, second.Entry.Tag, second.Previous)
	}
	if diff := cmp.Diff([]string{"backend"}, second.Plans[0].Unchanged); diff != "" {
		t.Errorf("the second release: %s", diff)
	}
	p := open(t, dir, "2", nil, nil)
	text, err := p.TaskDefinition(t.Context(), "prod", "backend")
	if err != nil || !strings.Contains(string(text), `"family": "myapp-backend"`) {
		t.Errorf("the backend's task definition: %v\n%s", err, text)
	}
	verified, err := p.Verify(t.Context(), pipelines.VerifyOptions{Env: "prod"})
	if err != nil || len(verified.Drift) > 0 || len(verified.Running["app"]) != 3 {
		t.Errorf("verified %+v, %v", verified, err)
	}
	for _, name := range []string{"myapp/frontend", "myapp/backend"} {
		if r, ok := ecr.Repository(stagingAccount, "us-east-1", name); !ok || r.Mutability != "IMMUTABLE" {
			t.Errorf("repository %s: %+v", name, r)
		}
	}
	back, err := p.Rollback(t.Context(), pipelines.RollbackOptions{Env: "prod"})
	if err != nil || back.Entry.Tag != first.Entry.Tag {
		t.Fatalf("rollback to %q: %v", back.Entry.Tag, err)
	}
	if got := cluster.Deployments("frontend"); len(got) != 1 || got[0] != "PRIMARY COMPLETED myapp-frontend:1" {
		t.Errorf("frontend: %v", got)
	}
	for _, name := range parameters.Names() {
		if strings.Contains(name, "c4n4ry") {
			t.Error("a secret is a parameter's name")
		}
	}
}

func releaseECS(t *testing.T, dir, build string) rollout.Result {
	t.Helper()
	p := open(t, dir, build, nil, dockerConfig(t, "{}"))
	result, err := p.Release(t.Context(), pipelines.PublishOptions{}, pipelines.DeployOptions{Env: "prod", AllowDiverged: true})
	if err != nil {
		t.Fatal(err)
	}
	return result
}
