package release

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"git.example/slipway/pipelines/git"
)

var commitTime = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// checkout makes a repository on branch main with one commit, and returns it
// with its directory and the commit.
func checkout(t *testing.T) (r *git.Repository, dir, commit string) {
	t.Helper()
	dir = t.TempDir()
	t.Setenv("GIT_CONFIG_GLOBAL", filepath.Join(dir, "none"))
	runGit(t, dir, "init", "-q", "-b", "main")
	runGit(t, dir, "remote", "add", "origin", "https://token@example.com/app.git")
	runGit(t, dir, "commit", "-q", "--allow-empty", "-m", "first")
	r, err := git.Open(context.Background(), dir)
	if err != nil {
		t.Fatal(err)
	}
	return r, dir, runGit(t, dir, "rev-parse", "HEAD")
}

func runGit(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = dir
	date := commitTime.Format(time.RFC3339)
	cmd.Env = append(os.Environ(), "GIT_AUTHOR_NAME=Ann", "GIT_AUTHOR_EMAIL=a@example.com", "GIT_AUTHOR_DATE="+date,
		"GIT_COMMITTER_NAME=Ann", "GIT_COMMITTER_EMAIL=a@example.com", "GIT_COMMITTER_DATE="+date)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

func lookup(values map[string]string) Lookup {
	return func(name string) (string, bool) {
		value, ok := values[name]
		return value, ok
	}
}

var (
	commitA = strings.Repeat("a1b2c3d4", 5)
	commitB = strings.Repeat("b", 64)
)

func TestDetectWithoutCheckout(t *testing.T) {
	circle := map[string]string{
		"CIRCLECI": "true", "CIRCLE_BUILD_NUM": "75", "CIRCLE_SHA1": commitA, "CIRCLE_BRANCH": "main",
		"CIRCLE_BUILD_URL": "https://circleci.com/gh/acme/app/75", "CIRCLE_USERNAME": "ann",
		"CIRCLE_REPOSITORY_URL": "https://user:pass@github.com/acme/app",
	}
	github := map[string]string{
		"GITHUB_ACTIONS": "true", "GITHUB_RUN_NUMBER": "12", "GITHUB_SHA": commitA, "GITHUB_REF_NAME": "main",
		"GITHUB_REF_TYPE": "branch", "GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "acme/app",
		"GITHUB_RUN_ID": "999", "GITHUB_ACTOR": "ann", "GITHUB_HEAD_REF": "", "USER": "runner",
	}
	githubInfo := Info{CI: GitHub, Build: "12", Commit: commitA, Branch: "main", Actor: "ann",
		Source: "https://github.com/acme/app", RunURL: "https://github.com/acme/app/actions/runs/999"}
	tests := []struct {
		name  string
		env   map[string]string
		flags Overrides
		want  Info
	}{
		{"CircleCI", circle, Overrides{}, Info{CI: CircleCI, Build: "75", Commit: commitA, Branch: "main",
			RunURL: "https://circleci.com/gh/acme/app/75", Actor: "ann", Source: "https://github.com/acme/app"}},
		{"CircleCI, a tag", with(circle, "CIRCLE_BRANCH", "", "CIRCLE_TAG", "v1"), Overrides{}, Info{CI: CircleCI, Build: "75",
			Commit: commitA, GitTag: "v1", RunURL: "https://circleci.com/gh/acme/app/75", Actor: "ann", Source: "https://github.com/acme/app"}},
		{"CircleCI, pull request of a fork", with(circle, "CIRCLE_BRANCH", "pull/3", "CIRCLE_PR_NUMBER", "3"), Overrides{}, Info{CI: CircleCI,
			Build: "75", Commit: commitA, Branch: "pull/3", PullRequest: true, RunURL: "https://circleci.com/gh/acme/app/75", Actor: "ann",
			Source: "https://github.com/acme/app"}},
		{"GitHub", github, Overrides{}, githubInfo},
		{"GitHub, a tag", with(github, "GITHUB_REF_TYPE", "tag", "GITHUB_REF_NAME", "v1"), Overrides{},
			func() Info { i := githubInfo; i.Branch, i.GitTag = "", "v1"; return i }()},
		{"GitHub, a pull request whose branch is called main", with(github, "GITHUB_HEAD_REF", "main", "GITHUB_REF_NAME", "7/merge"), Overrides{},
			func() Info { i := githubInfo; i.PullRequest = true; return i }()},
		{"Jenkins", map[string]string{"BUILD_NUMBER": "3", "GIT_COMMIT": commitA, "GIT_BRANCH": "origin/main", "BUILD_URL": "https://ci/3", "USER": "jenkins"},
			Overrides{}, Info{CI: Generic, Build: "3", Commit: commitA, Branch: "main", RunURL: "https://ci/3", Actor: "jenkins"}},
		{"our own variables win over the CI system's", with(circle, "SLIPWAY_BUILD_NUMBER", "8", "SLIPWAY_COMMIT", strings.ToUpper(commitB),
			"SLIPWAY_BRANCH", "next", "SLIPWAY_RUN_URL", "https://ci/8"), Overrides{},
			Info{CI: CircleCI, Build: "8", Commit: commitB, Branch: "next", RunURL: "https://ci/8", Actor: "ann", Source: "https://github.com/acme/app"}},
		{"flags win over everything", map[string]string{"SLIPWAY_BUILD_NUMBER": "8", "SLIPWAY_COMMIT": commitA, "SLIPWAY_BRANCH": "next"},
			Overrides{Build: "9", Commit: commitB, GitTag: "v2"}, Info{CI: Generic, Build: "9", Commit: commitB, Branch: "next", GitTag: "v2"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := Detect(context.Background(), lookup(test.env), nil, test.flags)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// with is values with some set to something else.
func with(values map[string]string, changes ...string) map[string]string {
	all := map[string]string{}
	for name, value := range values {
		all[name] = value
	}
	for i := 0; i < len(changes); i += 2 {
		all[changes[i]] = changes[i+1]
	}
	return all
}

func TestDetectErrors(t *testing.T) {
	repository, _, _ := checkout(t)
	tests := []struct {
		name     string
		env      map[string]string
		checkout *git.Repository
		flags    Overrides
		want     string
	}{
		{"nothing known", nil, nil, Overrides{}, "--commit"},
		{"abbreviated commit without checkout", nil, nil, Overrides{Commit: "a1b2c3d"}, "full commit"},
		{"CI commit is no commit", map[string]string{"GIT_COMMIT": "main"}, nil, Overrides{}, `"main"`},
		{"build number that can't be in a tag", nil, nil, Overrides{Build: "7/8", Commit: commitA}, `"7/8"`},
		{"build number too long", nil, nil, Overrides{Build: strings.Repeat("1", 41), Commit: commitA}, "at most 40"},
		{"commit that is not in the clone", nil, repository, Overrides{Commit: commitA}, commitA},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := Detect(context.Background(), lookup(test.env), test.checkout, test.flags)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want something with %q", err, test.want)
			}
		})
	}
}

func TestDetectInCheckout(t *testing.T) {
	repository, dir, head := checkout(t)
	base := Info{Commit: head, Branch: "main", CommitTime: commitTime, Source: "https://example.com/app.git", Actor: "ann"}
	laptop := map[string]string{"USER": "ann"}
	detect := func(t *testing.T, env map[string]string, flags Overrides) Info {
		t.Helper()
		got, err := Detect(context.Background(), lookup(env), repository, flags)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	check := func(t *testing.T, got, want Info) {
		t.Helper()
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	}
	t.Run("laptop", func(t *testing.T) { check(t, detect(t, laptop, Overrides{}), base) })
	t.Run("abbreviated commit that is checked out", func(t *testing.T) {
		check(t, detect(t, laptop, Overrides{Commit: head[:7]}), base)
	})
	t.Run("CI that agrees", func(t *testing.T) {
		got := detect(t, map[string]string{"CIRCLE_BUILD_NUM": "7", "CIRCLE_SHA1": head, "CIRCLE_BRANCH": "topic", "USER": "ann"}, Overrides{})
		want := base
		want.CI, want.Build, want.Branch = CircleCI, "7", "topic"
		check(t, got, want)
	})
	t.Run("CI that names another commit", func(t *testing.T) {
		got := detect(t, map[string]string{"GITHUB_RUN_NUMBER": "7", "GITHUB_SHA": commitA, "GITHUB_REF_NAME": "production", "USER": "ann"}, Overrides{})
		if len(got.Notes) != 1 || !strings.Contains(got.Notes[0], commitA) || !strings.Contains(got.Notes[0], head) {
			t.Errorf("the note should name both commits: %q", got.Notes)
		}
		got.Notes = nil
		want := base
		want.CI, want.Build = GitHub, "7"
		check(t, got, want)
	})
	t.Run("user who names another commit", func(t *testing.T) {
		runGit(t, dir, "commit", "-q", "--allow-empty", "-m", "second")
		defer runGit(t, dir, "reset", "-q", "--hard", head)
		for name, env := range map[string]map[string]string{"flag": {}, "variable": {"SLIPWAY_COMMIT": head}} {
			flags := Overrides{}
			if name == "flag" {
				flags.Commit = head
			}
			_, err := Detect(context.Background(), lookup(env), repository, flags)
			if err == nil || !strings.Contains(err.Error(), "check out") {
				t.Errorf("%s: got %v", name, err)
			}
		}
	})
	t.Run("detached at a tag, changed", func(t *testing.T) {
		runGit(t, dir, "tag", "v1")
		runGit(t, dir, "checkout", "-q", "v1")
		if err := os.WriteFile(filepath.Join(dir, "new"), nil, 0o644); err != nil {
			t.Fatal(err)
		}
		got := detect(t, laptop, Overrides{})
		if len(got.DirtyDigest) != 64 {
			t.Errorf("digest is %q", got.DirtyDigest)
		}
		got.DirtyDigest = ""
		want := base
		want.Branch, want.GitTag, want.Dirty, want.Changed = "", "v1", true, []string{"new"}
		check(t, got, want)
	})
}

func TestAddress(t *testing.T) {
	for remote, want := range map[string]string{
		"https://example.com/app.git": "https://example.com/app.git",
		"git@github.com:acme/app.git": "git@github.com:acme/app.git",
		"/srv/git/app":                "",
		"../app":                      "",
		"file:///srv/git/app":         "",
		"":                            "",
	} {
		if got := address(remote); got != want {
			t.Errorf("%q: got %q, want %q", remote, got, want)
		}
	}
}
