package aws_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"git.example/slipway/internal/awsfake"
	"git.example/slipway/pipelines/aws"
)

func TestRoleSessionsAreTagged(t *testing.T) {
	s := awsfake.New(t, awsfake.Options{})
	s.Setenv(t)
	role := s.Role(awsfake.Role{Account: staging, Name: "deploy", Trusted: []string{"*"}})
	if _, err := aws.New(nil, run).Identity(t.Context(), aws.Options{Role: role, Environment: "prod"}); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"project": "tracker", "environment": "prod", "commit": "db4b44b", "run": "75", "actor": "ana lópez"}
	if diff := cmp.Diff(want, s.Calls("sts", "GetCallerIdentity")[0].Identity.Tags); diff != "" {
		t.Errorf("tags (-want +got):\n%s", diff)
	}
}

func TestRoleThatCannotBeTagged(t *testing.T) {
	s := awsfake.New(t, awsfake.Options{})
	s.Setenv(t)
	role := s.Role(awsfake.Role{Account: staging, Name: "deploy", Trusted: []string{"*"}, Untaggable: true})
	sessions, said := aws.New(nil, run), &notices{}
	sessions.Reporter = said
	who, err := sessions.Identity(t.Context(), aws.Options{Role: role})
	if err != nil || !strings.Contains(who.ARN, "assumed-role/deploy") {
		t.Fatalf("%v %v", who, err)
	}
	if len(said.texts) != 1 || !strings.Contains(said.texts[0], "does not allow sts:TagSession") {
		t.Errorf("notices: %q", said.texts)
	}
}

func TestSessionNames(t *testing.T) {
	tests := map[string]struct {
		run  aws.Run
		want string
	}{
		"of CI":               {aws.Run{Project: "tracker", ID: "75", Actor: "ana"}, "slipway-tracker-75"},
		"of a laptop":         {aws.Run{Project: "tracker", Actor: "Ana López"}, "slipway-tracker-Ana-L-pez"},
		"of nobody":           {aws.Run{Project: "tracker"}, "slipway-tracker"},
		"too long":            {aws.Run{Project: strings.Repeat("x", 70), ID: "75"}, "slipway-" + strings.Repeat("x", 56)},
		"of other characters": {aws.Run{Project: "a/b", ID: "x y"}, "slipway-a-b-x-y"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := awsfake.New(t, awsfake.Options{})
			s.Setenv(t)
			role := s.Role(awsfake.Role{Account: staging, Name: "deploy", Trusted: []string{"*"}})
			who, err := aws.New(nil, test.run).Identity(t.Context(), aws.Options{Role: role})
			if err != nil {
				t.Fatal(err)
			}
			if got := who.ARN[strings.LastIndex(who.ARN, "/")+1:]; got != test.want {
				t.Errorf("%q, want %q", got, test.want)
			}
		})
	}
}
