package aws_test

import (
	"context"
	"sync"
	"testing"
	"time"

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
