package aws_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"git.example/slipway/internal/awsfake"
	"git.example/slipway/pipelines/aws"
	"git.example/slipway/pipelines/report"
)

const (
	staging    = "111111111111"
	production = "222222222222"
	circle     = "https://oidc.circleci.com/org/acme"
	github     = "https://token.actions.githubusercontent.com"
)

var run = aws.Run{Project: "tracker", ID: "75", Commit: "db4b44b", Actor: "ana lópez", CI: "circleci"}

// notices collects what is reported.
type notices struct {
	mu    sync.Mutex
	texts []string
}

func (n *notices) Report(e report.Event) {
	if notice, ok := e.(report.Notice); ok {
		n.mu.Lock()
		defer n.mu.Unlock()
		n.texts = append(n.texts, notice.Text)
	}
}

// variables is a lookup of a map.
func variables(all map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		value, ok := all[name]
		return value, ok
	}
}

// nobody signs out of the machine's own credentials.
func nobody(t *testing.T, s *awsfake.Server) {
	t.Helper()
	s.SetenvOf(t, awsfake.Identity{})
}

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

// githubRunner gives tokens as the runner of GitHub Actions does.
func githubRunner(t *testing.T, token string, status int) map[string]string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if req.Header.Get("Authorization") != "bearer runner-token" || req.URL.Query().Get("audience") != "sts.amazonaws.com" || req.URL.Query().Get("api-version") != "2.0" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		w.WriteHeader(status)
		_, _ = w.Write([]byte(`{"count": 1, "value": "` + token + `"}`))
	}))
	t.Cleanup(server.Close)
	return map[string]string{"GITHUB_ACTIONS": "true", "ACTIONS_ID_TOKEN_REQUEST_URL": server.URL + "/token?api-version=2.0", "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "runner-token"}
}

func TestWebIdentity(t *testing.T) {
	subject := "repo:acme/tracker:ref:refs/heads/main"
	role := awsfake.Role{Account: staging, Name: "ci", Issuer: github, Audience: "sts.amazonaws.com", Subject: "repo:acme/tracker:*"}
	circleRole := awsfake.Role{Account: staging, Name: "ci", Issuer: circle, Audience: "acme", Subject: "org/acme/*"}
	tests := map[string]struct {
		role    awsfake.Role
		options func(*aws.Options)
		env     func(t *testing.T, now time.Time) map[string]string
		keys    bool
		want    string
		kind    error
		problem string
	}{
		"GitHub Actions": {
			role: role,
			env: func(t *testing.T, now time.Time) map[string]string {
				return githubRunner(t, awsfake.Token(github, "sts.amazonaws.com", subject, now.Add(5*time.Minute)), 200)
			},
			want: "arn:aws:sts::111111111111:assumed-role/ci/slipway-tracker-75",
		},
		"CircleCI": {
			role: circleRole,
			env: func(t *testing.T, now time.Time) map[string]string {
				return map[string]string{"CIRCLE_OIDC_TOKEN_V2": awsfake.Token(circle, "acme", "org/acme/project/1", now.Add(time.Hour))}
			},
			want: "arn:aws:sts::111111111111:assumed-role/ci/slipway-tracker-75",
		},
		"CircleCI, the first kind of token": {
			role: circleRole,
			env: func(t *testing.T, now time.Time) map[string]string {
				return map[string]string{"CIRCLE_OIDC_TOKEN": awsfake.Token(circle, "acme", "org/acme/project/1", now.Add(time.Hour))}
			},
			want: "arn:aws:sts::111111111111:assumed-role/ci/slipway-tracker-75",
		},
		"a profile that only laptops have": {
			role:    circleRole,
			options: func(o *aws.Options) { o.Profile = "acme" },
			env: func(t *testing.T, now time.Time) map[string]string {
				return map[string]string{"CIRCLE_OIDC_TOKEN": awsfake.Token(circle, "acme", "org/acme/project/1", now.Add(time.Hour))}
			},
			want: "arn:aws:sts::111111111111:assumed-role/ci/slipway-tracker-75",
		},
		"keys go before the token": {
			role: awsfake.Role{Account: staging, Name: "ci", Trusted: []string{"*"}},
			keys: true,
			env: func(t *testing.T, now time.Time) map[string]string {
				return map[string]string{"CIRCLE_OIDC_TOKEN": "unused"}
			},
			want: "arn:aws:sts::111111111111:assumed-role/ci/slipway-tracker-75",
		},
		"an expired token": {
			role: circleRole,
			env: func(t *testing.T, now time.Time) map[string]string {
				return map[string]string{"CIRCLE_OIDC_TOKEN_V2": awsfake.Token(circle, "acme", "org/acme/project/1", time.Unix(1700000000, 0))}
			},
			kind: aws.ErrExpired,
			problem: "assuming role arn:aws:iam::111111111111:role/ci with CircleCI's OIDC token: the token has expired (at 2023-11-14T22:13:20Z); " +
				"run the job again; its token is that of the job's start, and lasts an hour",
		},
		"another branch": {
			role: awsfake.Role{Account: staging, Name: "ci", Issuer: github, Audience: "sts.amazonaws.com", Subject: "repo:acme/tracker:ref:refs/heads/release"},
			env: func(t *testing.T, now time.Time) map[string]string {
				return githubRunner(t, awsfake.Token(github, "sts.amazonaws.com", subject, now.Add(5*time.Minute)), 200)
			},
			kind: aws.ErrDenied,
			problem: "assuming role arn:aws:iam::111111111111:role/ci with GitHub Actions's OIDC token: the role refuses \"" + subject + "\"; " +
				"let the role's trust policy allow sts:AssumeRoleWithWebIdentity to that subject, or correct \"role\" in slipway.yaml",
		},
		"no provider in the account": {
			role: awsfake.Role{Account: staging, Name: "ci", Issuer: "https://else"},
			env: func(t *testing.T, now time.Time) map[string]string {
				return githubRunner(t, awsfake.Token(github, "sts.amazonaws.com", subject, now.Add(5*time.Minute)), 200)
			},
			kind: aws.ErrDenied,
			problem: "assuming role arn:aws:iam::111111111111:role/ci with GitHub Actions's OIDC token: No OpenIDConnect provider found in your account for " + github +
				"; the role's account needs an identity provider for token.actions.githubusercontent.com with the audience sts.amazonaws.com",
		},
		"GitHub without the permission": {
			role: role,
			env: func(t *testing.T, now time.Time) map[string]string {
				return map[string]string{"GITHUB_ACTIONS": "true"}
			},
			kind: aws.ErrNoCredentials,
			problem: "signing in to AWS: this job has no credentials and no OIDC token; " +
				"give the job the permission \"id-token: write\", and set \"role\" in slipway.yaml",
		},
		"GitHub refuses": {
			role: role,
			env:  func(t *testing.T, now time.Time) map[string]string { return githubRunner(t, "", 403) },
			problem: "asking GitHub Actions for an OIDC token: it answers with status 403 and no token; " +
				"give the job the permission \"id-token: write\"",
		},
		"a token and no role": {
			role:    circleRole,
			options: func(o *aws.Options) { o.Role = "" },
			env: func(t *testing.T, now time.Time) map[string]string {
				return map[string]string{"CIRCLE_OIDC_TOKEN": "x.y.z"}
			},
			kind:    aws.ErrNoCredentials,
			problem: "signing in to AWS: this job has an OIDC token, and no role to use it for; set \"role\" in slipway.yaml",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := awsfake.New(t, awsfake.Options{})
			nobody(t, s)
			if test.keys {
				s.Setenv(t)
			}
			o := aws.Options{Role: s.Role(test.role)}
			if test.options != nil {
				test.options(&o)
			}
			who, err := aws.New(variables(test.env(t, s.Clock.Now())), run).Identity(t.Context(), o)
			if test.problem == "" {
				if err != nil || who.ARN != test.want {
					t.Errorf("%v %v, want %s", who, err, test.want)
				}
				return
			}
			if err == nil || err.Error() != test.problem || test.kind != nil && !errors.Is(err, test.kind) {
				t.Errorf("error\n%v, want\n%s", err, test.problem)
			}
			if err != nil && (strings.Contains(err.Error(), "runner-token") || strings.Contains(err.Error(), "c2lnbmF0dXJl")) {
				t.Errorf("the error shows a token: %v", err)
			}
		})
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

func TestSignsInOnce(t *testing.T) {
	s := awsfake.New(t, awsfake.Options{})
	s.Setenv(t)
	role := s.Role(awsfake.Role{Account: staging, Name: "deploy", Trusted: []string{"*"}})
	sessions := aws.New(nil, run)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if _, err := sessions.Config(context.Background(), aws.Options{Role: role}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if n := len(s.Calls("sts", "AssumeRole")); n != 1 {
		t.Errorf("%d sessions, want 1", n)
	}
}

// A session that ends within the next five minutes is not used any more.
func TestSessionsAreRenewed(t *testing.T) {
	s := awsfake.New(t, awsfake.Options{})
	s.Setenv(t)
	role := s.Role(awsfake.Role{Account: staging, Name: "deploy", Trusted: []string{"*"}, Lifetime: 4 * time.Minute})
	c, err := aws.New(nil, run).Config(t.Context(), aws.Options{Role: role})
	if err != nil {
		t.Fatal(err)
	}
	before := len(s.Calls("sts", "AssumeRole"))
	if _, err := c.Credentials.Retrieve(t.Context()); err != nil {
		t.Fatal(err)
	}
	if after := len(s.Calls("sts", "AssumeRole")); after != before+1 {
		t.Errorf("%d sessions, then %d", before, after)
	}
}

func TestThrottledCallsAreTriedAgain(t *testing.T) {
	s := awsfake.New(t, awsfake.Options{})
	s.Setenv(t)
	s.Fault("sts", "GetCallerIdentity", 1, awsfake.Throttled)
	s.Fault("sts", "GetCallerIdentity", 1, awsfake.Dropped)
	s.Fault("sts", "GetCallerIdentity", 1, awsfake.Unavailable)
	if _, err := aws.New(nil, run).Identity(t.Context(), aws.Options{}); err != nil {
		t.Error(err)
	}
	if n := len(s.Calls("sts", "GetCallerIdentity")); n != 4 {
		t.Errorf("%d calls, want 4", n)
	}
}

func TestEndpointAndRegion(t *testing.T) {
	s := awsfake.New(t, awsfake.Options{})
	s.Setenv(t)
	t.Setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
	if _, err := aws.New(nil, run).Identity(t.Context(), aws.Options{Endpoint: s.URL, Region: "eu-west-1"}); err != nil {
		t.Fatal(err)
	}
	if got := s.Calls("sts", "GetCallerIdentity")[0].Region; got != "eu-west-1" {
		t.Errorf("region %s", got)
	}
}
