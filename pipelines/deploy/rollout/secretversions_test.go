package rollout

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/release"
	"git.example/slipway/pipelines/secrets"
)

// keyed is a note that runs with a secret.
type keyed struct {
	*note
	with string
}

func (k *keyed) Apply(ctx context.Context, d deploy.Desired, p deploy.Plan, s deploy.Session) error {
	k.with = d.Env["PASSWORD"].Reveal()
	return k.note.Apply(ctx, d, p, s)
}

func TestSecretVersionsOfARollback(t *testing.T) {
	target := &keyed{note: &note{name: "web", runs: new([]string)}}
	j, _ := testJournal(t)
	want := func(tag, password, version string) Deployment {
		return Deployment{Journal: j, Tag: tag, Targets: []Item{{Target: target, Desired: deploy.Desired{
			Release: release.Record{Tag: tag}, Main: []string{"x"},
			Env:            map[string]secrets.Value{"PASSWORD": secrets.NewValue(password)},
			SecretVersions: map[string]string{"aws-sm://db": version},
		}}}}
	}
	for _, d := range []Deployment{want("1", "canary-old", "v1"), want("2", "canary-new", "v2")} {
		result, err := Run(t.Context(), d)
		if err != nil {
			t.Fatal(err)
		}
		version := d.Targets[0].Desired.SecretVersions
		if diff := cmp.Diff(version, result.Entry.SecretVersions); diff != "" {
			t.Errorf("in the history (-want +got):\n%s", diff)
		}
		plan := result.Plans[0]
		if text := strings.Join(plan.Notes, " "); !strings.Contains(text, "secrets: aws-sm://db version "+version["aws-sm://db"]) || strings.Contains(text, "canary") {
			t.Errorf("notes: %s", text)
		}
		if diff := cmp.Diff([]deploy.Pin{{Subject: "secret aws-sm://db", Value: version["aws-sm://db"]}}, plan.Pins); diff != "" {
			t.Errorf("pins (-want +got):\n%s", diff)
		}
	}
	tests := []struct {
		name     string
		released func(context.Context, string, map[string]string) (deploy.Desired, error)
		with     string
		version  string
		problem  string
	}{
		{name: "brings those of the release", with: "canary-v1", version: "v1",
			released: func(_ context.Context, target string, versions map[string]string) (deploy.Desired, error) {
				return deploy.Desired{Env: map[string]secrets.Value{"PASSWORD": secrets.NewValue("canary-" + versions["aws-sm://db"])}, SecretVersions: versions}, nil
			}},
		{name: "keeps the current ones", with: "canary-3", version: "v3"},
		{name: "fails before anything changes", problem: `rolling back to 1: target "web": it is gone`,
			released: func(context.Context, string, map[string]string) (deploy.Desired, error) {
				return deploy.Desired{}, errors.New("it is gone")
			}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if target.now != "2" {
				if _, err := Run(t.Context(), want("2", "canary-new", "v2")); err != nil {
					t.Fatal(err)
				}
			}
			d := want("1", "canary-3", "v3")
			d.Released = test.released
			result, err := rollback(t, d, "1")
			if test.problem != "" {
				if err == nil || err.Error() != test.problem || target.now != "2" {
					t.Errorf("error %v, want %s; runs %s", err, test.problem, target.now)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if target.with != test.with || result.Entry.SecretVersions["aws-sm://db"] != test.version {
				t.Errorf("with %s, recorded %v", target.with, result.Entry.SecretVersions)
			}
		})
	}
}
