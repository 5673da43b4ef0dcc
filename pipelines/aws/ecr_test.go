package aws_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"git.example/slipway/internal/awsfake"
	"git.example/slipway/pipelines/aws"
)

func TestLogin(t *testing.T) {
	s := awsfake.New(t, awsfake.Options{})
	s.Setenv(t)
	s.ECR().Passwords = map[string]string{staging: "canary-1"}
	sessions := aws.New(nil, run)
	var all sync.WaitGroup
	for range 5 {
		all.Go(func() {
			login, err := sessions.Login(context.Background(), aws.Options{Region: "eu-west-1"}, staging)
			if err != nil || login.Username != "AWS" || login.Password.Reveal() != "canary-1" || login.As.Account != staging {
				t.Errorf("%+v %v", login, err)
			}
			if in := time.Until(login.Expires); in < 11*time.Hour || in > 12*time.Hour {
				t.Errorf("expires in %s", in)
			}
		})
	}
	all.Wait()
	calls := s.Calls("ecr", "GetAuthorizationToken")
	if len(calls) != 1 || calls[0].Region != "eu-west-1" {
		t.Errorf("calls: %+v", calls)
	}
	if _, err := sessions.Login(t.Context(), aws.Options{Region: "us-east-1"}, staging); err != nil {
		t.Error(err)
	}
	sessions.Forget(aws.Options{Region: "us-east-1"}, staging)
	if _, err := sessions.Login(t.Context(), aws.Options{Region: "us-east-1"}, staging); err != nil {
		t.Error(err)
	}
	if n := len(s.Calls("ecr", "GetAuthorizationToken")); n != 3 {
		t.Errorf("%d logins, want 3", n)
	}
}

// A login is as good as the session that it was made in.
func TestLoginEndsWithItsSession(t *testing.T) {
	s := awsfake.New(t, awsfake.Options{})
	s.Setenv(t)
	s.ECR()
	role := s.Role(awsfake.Role{Account: staging, Name: "ci", Trusted: []string{"*"}})
	login, err := aws.New(nil, run).Login(t.Context(), aws.Options{Role: role}, staging)
	if err != nil {
		t.Fatal(err)
	}
	if in := time.Until(login.Expires); in > time.Hour {
		t.Errorf("expires in %s, its session in an hour", in)
	}
}

func TestLoginsAreRenewed(t *testing.T) {
	s := awsfake.New(t, awsfake.Options{})
	s.Setenv(t)
	s.ECR().Lifetime = 4 * time.Minute
	sessions := aws.New(nil, run)
	for i := range 2 {
		login, err := sessions.Login(t.Context(), aws.Options{}, staging)
		if want := fmt.Sprintf("ecr-password-%d", i+1); err != nil || login.Password.Reveal() != want {
			t.Errorf("%v %v, want %s", login.Password.Reveal(), err, want)
		}
	}
}

func TestLoginFails(t *testing.T) {
	tests := map[string]struct {
		prepare func(*testing.T, *awsfake.Server) aws.Options
		kind    error
		want    string
	}{
		"not allowed": {
			prepare: func(t *testing.T, s *awsfake.Server) aws.Options {
				s.Fault("ecr", "GetAuthorizationToken", 1, awsfake.Denied("*"))
				return aws.Options{}
			},
			kind: aws.ErrDenied,
			want: "logging in to ECR in account 222222222222, region us-east-1: arn:aws:iam::111111111111:user/admin may not ecr:GetAuthorizationToken; " +
				"allow ecr:GetAuthorizationToken in its policies, or sign in as another identity",
		},
		"a role of another account": {
			prepare: func(t *testing.T, s *awsfake.Server) aws.Options {
				return aws.Options{Role: s.Role(awsfake.Role{Account: staging, Name: "ci", Trusted: []string{"*"}})}
			},
			kind: aws.ErrDenied,
			want: "logging in to ECR in account 222222222222, region us-east-1: signing in to AWS: role arn:aws:iam::111111111111:role/ci is of account 111111111111, " +
				"and the registry is of account 222222222222; correct \"role\" or \"account\" in slipway.yaml",
		},
		"a session that ends meanwhile": {
			prepare: func(t *testing.T, s *awsfake.Server) aws.Options {
				s.Fault("ecr", "GetAuthorizationToken", 1, awsfake.Expired)
				return aws.Options{}
			},
			kind: aws.ErrExpired,
			want: "logging in to ECR in account 222222222222, region us-east-1: the AWS session has expired; sign in again, or give this run fresh credentials",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := awsfake.New(t, awsfake.Options{})
			s.Setenv(t)
			s.ECR()
			o := test.prepare(t, s)
			o.Region = "us-east-1"
			_, err := aws.New(nil, run).Login(t.Context(), o, production)
			if err == nil || err.Error() != test.want || !errors.Is(err, test.kind) {
				t.Errorf("error\n%v, want\n%s", err, test.want)
			}
		})
	}
}

func TestEnsureRepository(t *testing.T) {
	tests := map[string]struct {
		prepare func(*awsfake.Server, *awsfake.ECR)
		create  bool
		made    bool
		is      string
		want    string
	}{
		"there already": {
			prepare: func(s *awsfake.Server, e *awsfake.ECR) { e.Add(awsfake.Repository{Account: staging, Name: "shop/api"}) },
			create:  true, is: "MUTABLE",
		},
		"made": {create: true, made: true, is: "IMMUTABLE"},
		"missing": {want: `looking for repository "shop/api" in ECR of account 111111111111, region us-east-1: it does not exist; create it, ` +
			`or set "create: true" on this registry in slipway.yaml and Slipway will (aws ecr create-repository --registry-id 111111111111 --region us-east-1 --repository-name shop/api)`},
		"made by another run meanwhile": {
			prepare: func(s *awsfake.Server, e *awsfake.ECR) {
				s.Fault("ecr", "CreateRepository", 1, func(*awsfake.Call) error {
					e.Add(awsfake.Repository{Account: staging, Name: "shop/api"})
					return nil
				})
			},
			create: true, is: "MUTABLE",
		},
		"not allowed to make it": {
			prepare: func(s *awsfake.Server, e *awsfake.ECR) {
				s.Fault("ecr", "CreateRepository", 1, awsfake.Denied("arn:aws:ecr:us-east-1:111111111111:repository/shop/api"))
			},
			create: true,
			want: `creating repository "shop/api" in ECR of account 111111111111, region us-east-1: arn:aws:iam::111111111111:user/admin may not ecr:CreateRepository ` +
				`on arn:aws:ecr:us-east-1:111111111111:repository/shop/api; allow ecr:CreateRepository in its policies, or sign in as another identity`,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := awsfake.New(t, awsfake.Options{})
			s.Setenv(t)
			ecr := s.ECR()
			if test.prepare != nil {
				test.prepare(s, ecr)
			}
			made, err := aws.New(nil, run).EnsureRepository(t.Context(), aws.Options{Region: "us-east-1"}, staging, "shop/api", test.create)
			if made != test.made || (err == nil) != (test.want == "") || err != nil && err.Error() != test.want {
				t.Errorf("made %t, error\n%v, want\n%s", made, err, test.want)
			}
			if r, _ := ecr.Repository(staging, "us-east-1", "shop/api"); r.Mutability != test.is || r.ScanOnPush != test.made {
				t.Errorf("repository: %+v", r)
			}
		})
	}
}

func TestErrorsHoldNoSecrets(t *testing.T) {
	s := awsfake.New(t, awsfake.Options{})
	s.Setenv(t)
	s.ECR()
	for name, fault := range map[string]awsfake.Fault{"denied": awsfake.Denied("*"), "expired": awsfake.Expired, "broken": func(*awsfake.Call) error {
		return &awsfake.Error{Code: "InvalidParameterException", Message: "no"}
	}} {
		s.Fault("ecr", "GetAuthorizationToken", 1, fault)
		_, err := aws.New(nil, run).Login(t.Context(), aws.Options{}, staging)
		if err == nil || strings.Contains(fmt.Sprintf("%v %+v", err, err), s.Admin.SecretAccessKey) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
