package evidence

import (
	"context"
	"errors"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"git.example/slipway/internal/projecttest"
	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy/journal"
	"git.example/slipway/pipelines/published"
	"git.example/slipway/pipelines/release"
	"git.example/slipway/pipelines/workspace"
)

const project = `version: 1
project: shop
registries:
  main: {oci: {host: registry.example.com}}
environments:
  staging: {when: {branch: main}, registry: main}
  prod: {when: {tag: "v*"}, registry: main, protected: true, promote-from: staging}
  any: {registry: main}
`

// checkout is a clone with the project in a folder of it.
type checkout struct {
	t   *testing.T
	top string
}

func newCheckout(t *testing.T) checkout {
	t.Helper()
	c := checkout{t, t.TempDir()}
	c.git("init", "-q", "-b", "main")
	c.write(map[string]string{"slipway.yaml": project, "compose.yml": "services: {}\n", "conf/a.conf": "a\n", "conf/run.sh": "#!/bin/sh\n"})
	if err := os.Chmod(filepath.Join(c.top, "app", "conf", "run.sh"), 0o755); err != nil {
		t.Fatal(err)
	}
	c.git("add", "-A")
	c.git("commit", "-q", "-m", "x")
	return c
}

func (c checkout) write(files map[string]string) {
	for name, content := range files {
		projecttest.Write(c.t, c.top, "app/"+name, content)
	}
}

func (c checkout) git(args ...string) string {
	c.t.Helper()
	cmd := exec.Command("git", append([]string{"-c", "user.name=t", "-c", "user.email=t@example.com", "-C", c.top}, args...)...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		c.t.Fatalf("git %v: %v\n%s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

// question asks what proves the release of HEAD to an environment.
func (c checkout) question(environment string, env map[string]string) Question {
	c.t.Helper()
	w, err := workspace.Open(c.t.Context(), workspace.Options{Dir: filepath.Join(c.top, "app"), Engine: workspace.DockerEngine, Lookup: projecttest.Lookup(env)})
	if err != nil {
		c.t.Fatal(err)
	}
	commit := c.git("rev-parse", "HEAD")
	e, _ := w.Config.Environments.Get(environment)
	files := map[string][]byte{"slipway.yaml": []byte(project), "compose.yml": []byte("services: {}\n"), "conf/a.conf": []byte("a\n"), "conf/run.sh": []byte("#!/bin/sh\n")}
	return Question{
		Workspace: w, Registries: published.New(w, true, nil), Environment: config.Entry[config.Environment]{Name: environment, Value: e},
		Release: published.Release{
			Digest: "sha256:" + strings.Repeat("d", 64), Files: files,
			Record: release.Record{
				Tag: "7_" + commit[:7], Commit: commit, Final: true,
				HostFiles:       map[string]release.HostFile{"conf/a.conf": {Mode: release.ModeFile}, "conf/run.sh": {Mode: release.ModeExecutable}},
				HostDirectories: map[string]bool{"conf": true},
			},
		},
		Journal: func(context.Context) (*journal.Journal, error) { return nil, errors.New("no journal here") },
	}
}

// A record with anything else than what its commit has is proven by nothing.
func TestGitProvesWhatItHas(t *testing.T) {
	tests := map[string]struct {
		change func(*Question)
		why    string
	}{
		"as it was published": {func(*Question) {}, ""},
		"another slipway.yaml": {func(q *Question) {
			q.Release.Files["slipway.yaml"] = []byte(project + "# evil\n")
		}, `the record's "slipway.yaml" is not that of commit`},
		"a file more": {func(q *Question) {
			q.Release.Files["override.yml"] = []byte("services: {}\n")
		}, `has no file "override.yml"`},
		"a path out of the project": {func(q *Question) {
			q.Release.Files[".git/config"] = []byte("x")
		}, `has no file ".git/config"`},
		"a mode": {func(q *Question) {
			q.Release.Record.HostFiles["conf/a.conf"] = release.HostFile{Mode: release.ModeExecutable}
		}, `has the mode 0755`},
		"a file of a directory left out": {func(q *Question) {
			delete(q.Release.Record.HostFiles, "conf/a.conf")
			delete(q.Release.Files, "conf/a.conf")
		}, `leaves out "conf/a.conf"`},
		"a tag of another commit": {func(q *Question) {
			q.Release.Record.Tag = "9_1234567"
		}, `whose releases have no tag such as "9_1234567"`},
		"a commit that is not here": {func(q *Question) {
			q.Release.Record.Commit = strings.Repeat("1", 40)
		}, `this clone does not have it`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			q := newCheckout(t).question("staging", nil)
			test.change(&q)
			got, err := Find(t.Context(), q)
			if err != nil {
				t.Fatal(err)
			}
			if test.why == "" {
				if got.Kind != Git {
					t.Errorf("got %q: %v", got.Kind, got.Why)
				}
				return
			}
			if got.Kind.Lasting() || got.Why == nil || !strings.Contains(got.Why.Error(), test.why) {
				t.Errorf("got %q: %v", got.Kind, got.Why)
			}
		})
	}
}

// Which branches and tags count.
func TestBranchesThatAnEnvironmentAccepts(t *testing.T) {
	detach := func(c checkout) {
		c.git("checkout", "-q", "--detach")
		c.git("commit", "-q", "--allow-empty", "-m", "elsewhere")
	}
	tests := map[string]struct {
		prepare     func(checkout)
		environment string
		env         map[string]string
		want        Kind
	}{
		"its own":                             {func(checkout) {}, "staging", nil, Git},
		"that of the one before":              {func(checkout) {}, "prod", nil, Git},
		"no branch":                           {detach, "staging", nil, Tree},
		"no branch at all":                    {detach, "any", nil, Tree},
		"another branch":                      {func(c checkout) { detach(c); c.git("branch", "feature") }, "prod", nil, Tree},
		"another branch where all are wanted": {func(c checkout) { detach(c); c.git("branch", "feature") }, "any", nil, Git},
		"a tag":                               {func(c checkout) { detach(c); c.git("tag", "v2") }, "prod", nil, Git},
		"a tag that does not match":           {func(c checkout) { detach(c); c.git("tag", "x2") }, "prod", nil, Tree},
		"a tag of an environment before":      {func(c checkout) { detach(c); c.git("tag", "v2") }, "staging", nil, Tree},
		"the branch of a run":                 {detach, "staging", map[string]string{"GITHUB_ACTIONS": "true", "GITHUB_REF_TYPE": "branch", "GITHUB_REF_NAME": "main"}, Git},
		"another branch of a run":             {detach, "staging", map[string]string{"GITHUB_ACTIONS": "true", "GITHUB_REF_TYPE": "branch", "GITHUB_REF_NAME": "evil"}, Tree},
		"a pull request from a branch so called": {detach, "staging", map[string]string{
			"GITHUB_ACTIONS": "true", "GITHUB_REF_NAME": "7/merge", "GITHUB_HEAD_REF": "main"}, Tree},
		"a fork": {func(c checkout) {
			detach(c)
			c.git("remote", "add", "origin", "https://example.com/a")
			c.git("remote", "add", "fork", "https://example.com/b")
			c.git("update-ref", "refs/remotes/fork/main", "HEAD")
		}, "staging", nil, Tree},
		"a pull request's ref": {func(c checkout) { detach(c); c.git("update-ref", "refs/remotes/pull/7/merge", "HEAD") }, "any", nil, Tree},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			c := newCheckout(t)
			test.prepare(c)
			got, err := Find(t.Context(), c.question(test.environment, test.env))
			if err != nil {
				t.Fatal(err)
			}
			if got.Kind != test.want {
				t.Errorf("got %q: %v", got.Kind, got.Why)
			}
		})
	}
}

// Files of one's own, uncommitted, are known; nobody else's are.
func TestWorkingTree(t *testing.T) {
	c := newCheckout(t)
	c.write(map[string]string{"compose.yml": "services: {mine: {}}\n"})
	q := c.question("any", nil)
	q.Release.Files = maps.Clone(q.Release.Files)
	q.Release.Files["compose.yml"] = []byte("services: {mine: {}}\n")
	if got, err := Find(t.Context(), q); err != nil || got.Kind != Tree || got.Kind.Lasting() {
		t.Errorf("got %+v, %v", got, err)
	}
	q.Release.Files["compose.yml"] = []byte("services: {other: {}}\n")
	if got, err := Find(t.Context(), q); err != nil || got.Kind != None {
		t.Errorf("got %+v, %v", got, err)
	}
	q.Published = q.Release.Digest
	if got, err := Find(t.Context(), q); err != nil || got.Kind != Run {
		t.Errorf("got %+v, %v", got, err)
	}
}
