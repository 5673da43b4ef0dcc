package ecs

import (
	"context"
	"errors"
	"strings"
	"testing"

	"git.example/slipway/internal/awsfake"
	rollouts "git.example/slipway/pipelines/deploy/rollout"
)

// A role that is missing, or that may not be passed on, is something that only ECS
// knows: its words come back, and what ran goes on.
func TestRefusedByECS(t *testing.T) {
	t.Parallel()
	noRole := func(*awsfake.Call) error {
		return &awsfake.Error{Code: "ClientException", Message: "Role is not valid"}
	}
	noPass := func(c *awsfake.Call) error {
		return &awsfake.Error{Code: "AccessDeniedException", Message: "User: " + c.Identity.ARN +
			" is not authorized to perform: iam:PassRole on resource: arn:aws:iam::111111111111:role/web because no identity-based policy allows the iam:PassRole action"}
	}
	tests := map[string]struct {
		operation string
		refuse    awsfake.Fault
		step      bool
		say       []string
	}{
		"a role that is not there":            {"RegisterTaskDefinition", noRole, false, []string{`registering a revision of task definition "api"`, "Role is not valid"}},
		"a role that may not be passed":       {"RegisterTaskDefinition", noPass, false, []string{`task definition "api"`, "user/admin", "iam:PassRole", "role/web"}},
		"a service that may not be updated":   {"UpdateService", awsfake.Denied("arn:aws:ecs:us-east-1:111111111111:service/prod/api"), false, []string{`updating service "api" to api:`, "user/admin", "ecs:UpdateService", "service/prod/api"}},
		"a step that may not run":             {"RunTask", awsfake.Denied("*"), true, []string{"ecs:RunTask", "user/admin"}},
		"an execution role that is not there": {"RunTask", noRole, true, []string{"Role is not valid", "db:migrate"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.mustDeploy("1")
			if test.step {
				w.cfg.Before = migration(0)
			}
			w.fake.Fault("ecs", test.operation, 1, test.refuse)
			_, err := w.deploy("2")
			wantError(t, err, append(test.say, "1 runs again")...)
			w.runs("api", "1", 2)
			w.mustDeploy("2")
			w.runs("api", "2", 2)
		})
	}
}

// An image that a lifecycle rule deleted is found before anything changes, in a
// rollback, too. Going back after a failure asks for none.
func TestImageThatIsGone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.mustDeploy("1")
	w.mustDeploy("2")
	gone := func(tag string) rollouts.Deployment {
		d := w.deployment(tag)
		target := w.target()
		target.Exists = func(_ context.Context, reference string) error {
			if strings.HasSuffix(reference, digestOf("app", "1")) {
				return errors.New("it was deleted")
			}
			return nil
		}
		d.Targets[0].Target = target
		return d
	}
	updated := w.calls("UpdateService")
	_, err := rollback(t, gone("2"), "")
	wantError(t, err, `service "api": image "app": it was deleted`)
	if w.calls("UpdateService") != updated {
		t.Error("the service was updated")
	}
	w.runs("api", "2", 2)
	if _, err := rollouts.Run(t.Context(), gone("3")); err != nil {
		t.Fatal(err)
	}
	w.mustDeploy("1")
	w.failing("4", awsfake.Behaviour{CannotPull: "no such image"})
	_, err = rollouts.Run(t.Context(), gone("4"))
	wantError(t, err, "no such image", "1 runs again")
	w.runs("api", "1", 2)
}
