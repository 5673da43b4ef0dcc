package aws_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"git.example/slipway/internal/awsfake"
	"git.example/slipway/pipelines/aws"
)

func TestWhoOneIs(t *testing.T) {
	tests := map[string]struct {
		options aws.Options
		role    awsfake.Role
		file    string
		want    string
	}{
		"the environment": {want: "arn:aws:iam::111111111111:user/admin"},
		"a profile":       {options: aws.Options{Profile: "prod"}, want: "arn:aws:iam::222222222222:user/prod"},
		"a role": {options: aws.Options{Role: "arn:aws:iam::222222222222:role/deploy", ExternalID: "x-1"},
			role: awsfake.Role{Account: production, Name: "deploy", Trusted: []string{"*"}, ExternalID: "x-1"},
			want: "arn:aws:sts::222222222222:assumed-role/deploy/slipway-tracker-75"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := awsfake.New(t, awsfake.Options{Accounts: []string{staging, production}})
			s.Setenv(t)
			prod := s.User(production, "prod")
			writeFile(t, os.Getenv("AWS_SHARED_CREDENTIALS_FILE"),
				"[prod]\naws_access_key_id = "+prod.AccessKeyID+"\naws_secret_access_key = "+prod.SecretAccessKey+"\n")
			s.Role(test.role)
			who, err := aws.New(nil, run).Identity(t.Context(), test.options)
			if err != nil {
				t.Fatal(err)
			}
			if who.ARN != test.want {
				t.Errorf("%s, want %s", who.ARN, test.want)
			}
		})
	}
}

func writeFile(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestSigningInFails(t *testing.T) {
	tests := map[string]struct {
		prepare func(*testing.T, *awsfake.Server) aws.Options
		kind    error
		want    string
	}{
		"nobody": {
			prepare: func(t *testing.T, s *awsfake.Server) aws.Options { nobody(t, s); return aws.Options{} },
			kind:    aws.ErrNoCredentials,
			want:    "signing in to AWS: no credentials were found; sign in with \"aws configure\" or \"aws sso login\", set AWS_PROFILE, or set \"profile\" in slipway.yaml",
		},
		"a profile that is not there": {
			prepare: func(t *testing.T, s *awsfake.Server) aws.Options { return aws.Options{Profile: "prod"} },
			kind:    aws.ErrNoCredentials,
			want:    "signing in to AWS: there is no profile \"prod\" in the AWS configuration; make it with \"aws configure --profile prod\", or correct its name in slipway.yaml",
		},
		"no region": {
			prepare: func(t *testing.T, s *awsfake.Server) aws.Options { t.Setenv("AWS_REGION", ""); return aws.Options{} },
			want:    "signing in to AWS: no region is known; set \"region\" in slipway.yaml, or AWS_REGION",
		},
		"a role that trusts another": {
			prepare: func(t *testing.T, s *awsfake.Server) aws.Options {
				return aws.Options{Role: s.Role(awsfake.Role{Account: production, Name: "deploy", Trusted: []string{"arn:aws:iam::222222222222:user/bob"}})}
			},
			kind: aws.ErrDenied,
			want: "assuming role arn:aws:iam::222222222222:role/deploy: arn:aws:iam::111111111111:user/admin may not sts:AssumeRole on arn:aws:iam::222222222222:role/deploy; " +
				"allow sts:AssumeRole in its policies, or sign in as another identity",
		},
		"an unknown key": {
			prepare: func(t *testing.T, s *awsfake.Server) aws.Options {
				t.Setenv("AWS_ACCESS_KEY_ID", "AKIANOBODY")
				return aws.Options{}
			},
			kind: aws.ErrDenied,
			want: "asking AWS who this is: AWS does not know these credentials (InvalidClientTokenId); sign in again, or give this run fresh credentials",
		},
		"a session that has ended": {
			prepare: func(t *testing.T, s *awsfake.Server) aws.Options {
				s.SetenvOf(t, s.Session(staging, "ci", "x", s.Clock.Now().Add(-time.Minute)))
				return aws.Options{}
			},
			kind: aws.ErrExpired,
			want: "asking AWS who this is: the AWS session has expired; sign in again, or give this run fresh credentials",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := awsfake.New(t, awsfake.Options{})
			s.Setenv(t)
			o := test.prepare(t, s)
			_, err := aws.New(nil, run).Identity(t.Context(), o)
			if err == nil || err.Error() != test.want || test.kind != nil && !errors.Is(err, test.kind) {
				t.Errorf("error\n%v, want\n%s", err, test.want)
			}
		})
	}
}

// What the SDK logs of its own is not printed: an error says what matters of it.
func TestNothingIsPrinted(t *testing.T) {
	nobody(t, awsfake.New(t, awsfake.Options{Accounts: []string{staging}}))
	machine := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) }))
	t.Cleanup(machine.Close)
	t.Setenv("AWS_EC2_METADATA_DISABLED", "false")
	t.Setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", machine.URL)
	printed, err := os.Create(filepath.Join(t.TempDir(), "stderr"))
	if err != nil {
		t.Fatal(err)
	}
	stderr := os.Stderr
	os.Stderr = printed
	_, err = aws.New(nil, run).Identity(t.Context(), aws.Options{})
	os.Stderr = stderr
	printed.Close()
	if !errors.Is(err, aws.ErrNoCredentials) {
		t.Errorf("error: %v", err)
	}
	if text, err := os.ReadFile(printed.Name()); err != nil || len(text) > 0 {
		t.Errorf("printed %q, %v", text, err)
	}
}
