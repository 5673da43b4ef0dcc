package aws_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"git.example/slipway/internal/awsfake"
	"git.example/slipway/pipelines/aws"
)

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
