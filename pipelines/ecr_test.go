package pipelines_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"git.example/slipway/internal/awsfake"
	"git.example/slipway/pipelines"
	"git.example/slipway/pipelines/aws"
	"git.example/slipway/pipelines/engine/enginetest"
	"git.example/slipway/pipelines/report"
)

const (
	stagingAccount = "111111111111"
	prodAccount    = "222222222222"
)

// ecrRegistry is a real registry, with a password, behind ECR's manners. Its
// host is returned.
func ecrRegistry(t *testing.T, ecr *awsfake.ECR, account, password string) string {
	t.Helper()
	if _, err := exec.LookPath("docker-registry"); err != nil {
		t.Skip("there is no docker-registry; .ci/setup tests installs it")
	}
	return ecr.Serve(t, account, password)
}

// twoAccounts are a staging and a production account with a registry each. The
// machine is signed in to staging, and has a profile "prod".
func twoAccounts(t *testing.T) (s *awsfake.Server, ecr *awsfake.ECR, staging, prod string) {
	t.Helper()
	needDocker(t)
	s = awsfake.New(t, awsfake.Options{Accounts: []string{stagingAccount, prodAccount}})
	s.Setenv(t)
	ecr = s.ECR()
	ecr.Passwords = map[string]string{stagingAccount: "staging-canary-1", prodAccount: "prod-canary-2"}
	user := s.User(prodAccount, "ci")
	credentials := fmt.Sprintf("[prod]\naws_access_key_id = %s\naws_secret_access_key = %s\n", user.AccessKeyID, user.SecretAccessKey)
	if err := os.WriteFile(os.Getenv("AWS_SHARED_CREDENTIALS_FILE"), []byte(credentials), 0o600); err != nil {
		t.Fatal(err)
	}
	return s, ecr, ecrRegistry(t, ecr, stagingAccount, "staging-canary-1"), ecrRegistry(t, ecr, prodAccount, "prod-canary-2")
}

// dockerConfig is a directory for DOCKER_CONFIG with Docker's plugins.
func dockerConfig(t *testing.T, text string) map[string]string {
	t.Helper()
	dir := t.TempDir()
	home, err := os.UserHomeDir()
	if err != nil {
		t.Fatal(err)
	}
	plugins := filepath.Join(home, ".docker", "cli-plugins")
	if _, err := os.Stat(plugins); err == nil {
		if err := os.Symlink(plugins, filepath.Join(dir, "cli-plugins")); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "config.json"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return map[string]string{"DOCKER_CONFIG": dir}
}

const onECR = `version: 1
project: shop
images:
  api: {context: api}
  web: {context: web}
registries:
  staging: {ecr: {account: "111111111111", region: us-east-1, host: "STAGING"CREATE}}
  prod: {ecr: {account: "222222222222", region: us-east-1, host: "PROD", profile: prod, create: true}}
environments:
  staging: {registry: staging, mirror: [prod]}
`

func ecrProject(t *testing.T, staging, prod, create string) string {
	t.Helper()
	_, base := enginetest.Base(t)
	dir := t.TempDir()
	commit(t, dir, expand(map[string]string{
		"slipway.yaml":   onECR,
		"api/Dockerfile": "FROM BASE\nCOPY main /app/\n", "api/main": "api",
		"web/Dockerfile": "FROM BASE\nCOPY main /app/\n", "web/main": "web",
	}, "BASE", base, "STAGING", staging, "PROD", prod, "CREATE", create))
	return dir
}

func TestPublishToECRAndItsMirror(t *testing.T) {
	s, ecr, staging, prod := twoAccounts(t)
	dir := ecrProject(t, staging, prod, ", create: true")
	events, env := &everything{}, dockerConfig(t, "{}")
	first := publish(t, open(t, dir, "1", events, env))
	for _, account := range []string{stagingAccount, prodAccount} {
		for _, name := range []string{"shop/api", "shop/web"} {
			r, ok := ecr.Repository(account, "us-east-1", name)
			if !ok || r.Mutability != "IMMUTABLE" || !r.ScanOnPush {
				t.Errorf("repository %s of %s: %+v", name, account, r)
			}
		}
	}
	if n := len(s.Calls("ecr", "GetAuthorizationToken")); n != 2 {
		t.Errorf("%d logins, want one for each registry", n)
	}
	for _, secret := range []string{"staging-canary-1", "prod-canary-2", "secret-key-"} {
		if strings.Contains(events.text(), secret) {
			t.Errorf("%q is in what was reported", secret)
		}
	}
	// Tags are immutable there: a second run must not write them again.
	again := publish(t, open(t, dir, "1", nil, env))
	if !again.Existed {
		t.Error("the release was published again")
	}
	second := publish(t, open(t, dir, "2", nil, env))
	if diff := cmp.Diff(digests(first), digests(second)); diff != "" {
		t.Errorf("digests differ:\n%s", diff)
	}
}

func TestPublishToECRWithoutARepository(t *testing.T) {
	_, ecr, staging, prod := twoAccounts(t)
	dir := ecrProject(t, staging, prod, "")
	ecr.Add(awsfake.Repository{Account: stagingAccount, Name: "shop/api"})
	_, err := open(t, dir, "1", nil, nil).Publish(context.WithoutCancel(t.Context()), pipelines.PublishOptions{})
	if !errors.Is(err, aws.ErrNotFound) || !strings.Contains(err.Error(), `registry "staging": looking for repository "shop/web" in ECR of account 111111111111, region us-east-1: it does not exist; create it, or set "create: true"`) {
		t.Errorf("error: %v", err)
	}
}

// A machine without AWS credentials may have a login in Docker's configuration.
func TestPublishToECRWithDockersLogin(t *testing.T) {
	s, ecr, staging, prod := twoAccounts(t)
	s.SetenvOf(t, awsfake.Identity{})
	add := func(names ...string) {
		for _, name := range names {
			ecr.Add(awsfake.Repository{Account: stagingAccount, Name: name})
		}
	}
	add("shop/api", "shop/web")
	dir := ecrProject(t, staging, prod, "")
	toStaging := pipelines.PublishOptions{Registries: []string{"staging"}}
	_, err := open(t, dir, "1", nil, dockerConfig(t, "{}")).Publish(t.Context(), toStaging)
	if !errors.Is(err, aws.ErrNoCredentials) {
		t.Errorf("without any login: %v", err)
	}
	login := fmt.Sprintf(`{"auths": {%q: {"username": "AWS", "password": "staging-canary-1"}}}`, staging)
	var built output
	_, err = open(t, dir, "1", &built, dockerConfig(t, login)).Publish(t.Context(), toStaging)
	if err == nil || !strings.Contains(err.Error(), "release records have a repository of their own: create "+staging+"/shop/release") || len(built.lines) > 0 {
		t.Errorf("without a repository for the record: %v, after %q", err, built.lines)
	}
	add("shop/release")
	if _, err := open(t, dir, "1", nil, dockerConfig(t, login)).Publish(t.Context(), toStaging); err != nil {
		t.Errorf("with Docker's: %v", err)
	}
}

func TestPublishToECROfTheWrongAccount(t *testing.T) {
	s, _, staging, prod := twoAccounts(t)
	role := s.Role(awsfake.Role{Account: stagingAccount, Name: "other", Trusted: []string{"*"}})
	s.Fault("ecr", "GetAuthorizationToken", -1, awsfake.Denied("*"))
	dir := ecrProject(t, staging, prod, ", role: \""+role+"\"")
	_, err := open(t, dir, "1", nil, nil).Publish(t.Context(), pipelines.PublishOptions{})
	want := "may not ecr:GetAuthorizationToken"
	if !errors.Is(err, aws.ErrDenied) || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "assumed-role/other/slipway-shop-1") {
		t.Errorf("error %v, want %q", err, want)
	}
}

// everything is all that was reported, as text.
type everything struct {
	mu   sync.Mutex
	said strings.Builder
}

func (e *everything) Report(event report.Event) {
	e.mu.Lock()
	defer e.mu.Unlock()
	fmt.Fprintf(&e.said, "%+v\n", event)
}

func (e *everything) text() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.said.String()
}
