package pipelines_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"git.example/slipway/pipelines"
	"git.example/slipway/pipelines/deploy/journal"
	"git.example/slipway/pipelines/deploy/rollout"
	"git.example/slipway/pipelines/report"
)

// hook is a webhook that keeps the titles of what it is told.
type hook struct {
	url    string
	mu     sync.Mutex
	titles []string
}

func serveHook(t *testing.T) *hook {
	t.Helper()
	h := &hook{}
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var said struct{ Title string }
		data, _ := io.ReadAll(r.Body)
		_ = json.Unmarshal(data, &said)
		h.mu.Lock()
		defer h.mu.Unlock()
		h.titles = append(h.titles, said.Title)
	}))
	t.Cleanup(server.Close)
	h.url = server.URL + "/s3cr3t-hook"
	return h
}

// told are the titles since the last time, in order.
func (h *hook) told() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	titles := h.titles
	h.titles = nil
	slices.Sort(titles)
	return titles
}

// What runs where, what comes, what happened and how often it did: of two releases of a
// folder on this machine, one that failed, and one that was taken back.
func TestView(t *testing.T) {
	w := serveWire(t)
	told := serveHook(t)
	const project = `version: 1
project: shop
registries:
  local: {oci: {host: "REGISTRY", insecure: true}}
notify:
  - {url: env://HOOK, on: [started, deployed, failed, rolled-back, locked]}
environments:
  staging:
    registry: local
    journal: .journal/staging
    notify: [{url: env://NOBODY}]
    deploy:
      pages: {gitsync: {path: .local/staging, from: pages}}
  prod:
    registry: local
    journal: .journal/prod
    deploy:
      pages: {gitsync: {path: .local/prod, from: pages}}
  bad:
    registry: local
    journal: .journal/bad
    deploy:
      pages: {gitsync: {path: blocked/bad, from: pages}}
`
	dir := repository(t, w, map[string]string{"slipway.yaml": project, "pages/index.html": "one", ".gitignore": ".journal\n.local\nblocked\n"})
	env := map[string]string{"HOOK": told.url, "USER": "ana"}
	var notices notices
	at := func(build string) *pipelines.Project { return open(t, dir, build, &notices, env) }

	first := at("1")
	if _, err := first.Publish(t.Context(), pipelines.PublishOptions{Env: "prod"}); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"prod", "staging"} {
		if _, err := first.Deploy(t.Context(), pipelines.DeployOptions{Env: name}); err != nil {
			t.Fatal(err)
		}
	}
	tag1 := live(t, first, "prod")
	want := []string{"shop prod: " + tag1 + " is live", "shop prod: deploying " + tag1, "shop staging: " + tag1 + " is live", "shop staging: deploying " + tag1}
	if diff := cmp.Diff(want, told.told()); diff != "" {
		t.Errorf("told (-want +got):\n%s", diff)
	}
	if got := notices.warnings(); len(got) != 1 || !strings.Contains(got[0], "env://NOBODY") || !strings.Contains(got[0], "the deploy goes on") {
		t.Errorf("warnings %q, want one that the variable NOBODY is not set", got)
	}

	commit(t, dir, map[string]string{"pages/index.html": "two"})
	second := at("2")
	if _, err := second.Publish(t.Context(), pipelines.PublishOptions{Env: "prod"}); err != nil {
		t.Fatal(err)
	}
	if _, err := second.Deploy(t.Context(), pipelines.DeployOptions{Env: "prod"}); err != nil {
		t.Fatal(err)
	}
	tag2 := live(t, second, "prod")
	told.told()
	notices.onStart = func(name string) { // once everything is planned, the folder's place becomes a file
		blocked := filepath.Join(dir, "blocked")
		if name == "apply pages" {
			_ = os.RemoveAll(blocked)
			_ = os.WriteFile(blocked, nil, 0o644)
		}
	}
	var failure *rollout.Failure
	if _, err := second.Deploy(t.Context(), pipelines.DeployOptions{Env: "bad"}); !errors.As(err, &failure) {
		t.Fatalf("a folder below a file was deployed to: %v", err)
	}
	notices.onStart = nil
	if diff := cmp.Diff([]string{"shop bad: deploying " + tag2, "shop bad: deploying " + tag2 + " failed"}, told.told()); diff != "" {
		t.Errorf("told (-want +got):\n%s", diff)
	}

	t.Run("status", func(t *testing.T) {
		all, err := second.View().Status(t.Context(), pipelines.StatusOptions{Verify: true})
		if err != nil {
			t.Fatal(err)
		}
		byName := map[string]pipelines.EnvironmentStatus{}
		for _, s := range all {
			byName[s.Environment] = s
		}
		prod, staging, bad := byName["prod"], byName["staging"], byName["bad"]
		if prod.Live == nil || prod.Live.Tag != tag2 || prod.Live.By.User != "ana" || prod.Main.Behind != 0 || !prod.Verified || len(prod.Drift) > 0 {
			t.Errorf("prod is %+v", prod)
		}
		if staging.Live == nil || staging.Live.Tag != tag1 || staging.Main.Behind != 1 || staging.Main.Ahead != 0 {
			t.Errorf("staging is %+v", staging)
		}
		if bad.Live != nil || bad.LastFailure == nil || bad.Error != "" {
			t.Errorf("bad is %+v", bad)
		}
	})
	t.Run("releases", func(t *testing.T) {
		all, err := second.View().Releases(t.Context(), pipelines.ReleasesOptions{Limit: 10})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, r := range all {
			got = append(got, r.Tag+" in "+strings.Join(r.Live, "+"))
		}
		if diff := cmp.Diff([]string{tag2 + " in prod", tag1 + " in staging"}, got); diff != "" {
			t.Errorf("releases (-want +got):\n%s", diff)
		}
	})
	t.Run("a deploy's story", func(t *testing.T) {
		good, err := second.View().Story(t.Context(), "prod", 2)
		if err != nil {
			t.Fatal(err)
		}
		if s := good.Shipping; s == nil || s.From != tag1 || s.Count != 1 || s.RemovedCount != 0 || s.Commits[0].Author != "t" {
			t.Errorf("it brought %+v", good.Shipping)
		}
		names := steps(good.Story)
		for _, want := range []string{"lock done", "plan pages done", "apply pages done", "verify pages done", "record done"} {
			if !slices.Contains(names, want) {
				t.Errorf("steps %q lack %q", names, want)
			}
		}
		bad, err := second.View().Story(t.Context(), "bad", 1)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(bad.Story.Failure, "## Release "+tag2+" was not deployed") || !slices.Contains(steps(bad.Story), "apply pages failed") {
			t.Errorf("the failure's story is %+v", bad.Story)
		}
		var usage *pipelines.UsageError
		if _, err := second.View().Story(t.Context(), "prod", 99); !errors.As(err, &usage) {
			t.Errorf("deploy 99: %v", err)
		}
	})
	t.Run("diff", func(t *testing.T) {
		for _, names := range [][2]string{{"staging", "prod"}, {tag1, tag2}, {"staging", tag2}} {
			d, err := second.View().Diff(t.Context(), names[0], names[1])
			if err != nil {
				t.Fatal(err)
			}
			if d.From != tag1 || d.To != tag2 || d.Count != 1 || d.RemovedCount != 0 {
				t.Errorf("%v: %+v", names, d)
			}
		}
		back, err := second.View().Diff(t.Context(), "prod", "staging")
		if err != nil || back.Count != 0 || back.RemovedCount != 1 {
			t.Errorf("backwards: %+v, %v", back, err)
		}
		var usage *pipelines.UsageError
		if _, err := second.View().Diff(t.Context(), "prod", "nowhere"); !errors.As(err, &usage) {
			t.Errorf("an unknown name: %v", err)
		}
	})
	t.Run("a rollback, and the numbers", func(t *testing.T) {
		if _, err := second.Rollback(t.Context(), pipelines.RollbackOptions{Env: "prod"}); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"shop prod: deploying " + tag1, "shop prod: rolled back to " + tag1}, told.told()); diff != "" {
			t.Errorf("told (-want +got):\n%s", diff)
		}
		all, err := second.View().Stats(t.Context(), pipelines.StatsOptions{Envs: []string{"prod"}})
		if err != nil {
			t.Fatal(err)
		}
		if s := all[0]; s.Deploys != 2 || s.Failed != 1 || s.LeadTime.Count == 0 {
			t.Errorf("stats %+v", s)
		}
	})
	t.Run("a lock", func(t *testing.T) {
		if _, err := second.Lock(t.Context(), pipelines.LockOptions{Env: "prod", Message: "hands off"}); err != nil {
			t.Fatal(err)
		}
		var locked *journal.Locked
		if _, err := second.Deploy(t.Context(), pipelines.DeployOptions{Env: "prod"}); !errors.As(err, &locked) {
			t.Fatalf("a locked environment was deployed to: %v", err)
		}
		if diff := cmp.Diff([]string{"shop prod: " + tag2 + " waits for the lock"}, told.told()); diff != "" {
			t.Errorf("told (-want +got):\n%s", diff)
		}
		all, err := second.View().Status(t.Context(), pipelines.StatusOptions{Envs: []string{"prod"}})
		if err != nil || all[0].Lock == nil || all[0].Lock.Message != "hands off" {
			t.Errorf("status %+v, %v", all, err)
		}
	})
	for _, text := range notices.all() {
		if strings.Contains(text, "s3cr3t-hook") {
			t.Errorf("the webhook's address is told: %s", text)
		}
	}
}

func live(t *testing.T, p *pipelines.Project, environment string) string {
	t.Helper()
	all, err := p.View().Status(t.Context(), pipelines.StatusOptions{Envs: []string{environment}})
	if err != nil || all[0].Live == nil {
		t.Fatalf("nothing is live in %s: %+v, %v", environment, all, err)
	}
	return all[0].Live.Tag
}

func steps(s *journal.Story) []string {
	var names []string
	if s != nil {
		for _, step := range s.Steps {
			names = append(names, step.Name+" "+step.Outcome)
		}
	}
	return names
}

// notices keeps what is said.
type notices struct {
	mu     sync.Mutex
	events []report.Notice
	// onStart is told of tasks that start.
	onStart func(name string)
}

func (n *notices) Report(e report.Event) {
	if started, ok := e.(report.TaskStarted); ok && n.onStart != nil {
		n.onStart(started.Name)
	}
	if notice, ok := e.(report.Notice); ok {
		n.mu.Lock()
		defer n.mu.Unlock()
		n.events = append(n.events, notice)
	}
}

func (n *notices) all() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	var all []string
	for _, e := range n.events {
		all = append(all, e.Text)
	}
	return all
}

func (n *notices) warnings() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	var all []string
	for _, e := range n.events {
		if e.Level == report.Warning {
			all = append(all, e.Text)
		}
	}
	return all
}
