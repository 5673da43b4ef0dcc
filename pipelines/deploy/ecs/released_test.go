package ecs

import (
	"context"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"git.example/slipway/pipelines/aws"
	"git.example/slipway/pipelines/deploy"
)

// A release that comes back with its secrets has their versions in its task
// definition; the proof holds later, too, and the next release has today's again.
func TestReleasedSecrets(t *testing.T) {
	w := newWorld(t)
	w.fake.Setenv(t)
	store := w.fake.Secrets()
	first := store.Put("prod/db", `{"password": "c4n4ry-1"}`)
	w.fake.Parameters().Put("/prod/flag", "on")
	w.secrets = SecretsOf(aws.New(os.LookupEnv, aws.Run{}), aws.Options{})
	from := store.ARN("prod/db")
	file(strings.Replace(taskDefinition("api", "shop/app"), `"healthCheck"`,
		`"secrets": [{"name": "DB", "valueFrom": "`+from+`:password::"}, {"name": "ALL", "valueFrom": "`+from+`"}, {"name": "FLAG", "valueFrom": "/prod/flag"}], "healthCheck"`, 1))(w)
	w.mustDeploy("1")
	store.Put("prod/db", `{"password": "c4n4ry-2"}`)
	w.mustDeploy("2")

	given := func() string {
		t.Helper()
		runs := w.ecs.Runs("api")
		if len(runs) == 0 {
			t.Fatal("nothing runs")
		}
		text, err := json.Marshal(w.ecs.Definition(runs[0]))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	d := w.deployment("2")
	d.Released = func(_ context.Context, _ string, versions map[string]string) (deploy.Desired, error) {
		return deploy.Desired{PinnedSecrets: versions}, nil
	}
	if _, err := rollback(t, d, ""); err != nil {
		t.Fatal(err)
	}
	w.runs("api", "1", 2)
	for _, want := range []string{`"` + from + `:password::` + first + `"`, `"` + from + `:::` + first + `"`, `"/prod/flag"`} {
		if !strings.Contains(given(), want) {
			t.Errorf("the task definition has no %s:\n%s", want, given())
		}
	}
	proofs, err := verify(t, w.deployment(""))
	if err != nil || len(proofs["web"].Drift) > 0 {
		t.Errorf("drift %v, %v", proofs["web"].Drift, err)
	}
	live, err := w.journal().Live(t.Context())
	if err != nil || live.SecretVersions["aws-sm://"+from] != first {
		t.Errorf("recorded %v, want %s: %v", live.SecretVersions, first, err)
	}
	if _, err := rollback(t, w.deployment(""), "1"); err != nil { // with today's
		t.Fatal(err)
	}
	if strings.Contains(given(), first) {
		t.Errorf("a rollback without the release's secrets keeps them:\n%s", given())
	}
	w.mustDeploy("3")
	if strings.Contains(given(), first) {
		t.Errorf("the next release has old secrets:\n%s", given())
	}
}
