package corpus

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"git.example/slipway/internal/longtest"
	"git.example/slipway/pipelines"
)

// life is one stack's way from its first deploy to its end.
type life struct {
	*testing.T
	machine
	stack corpusStack
	// dir is the project's, a git repository; values are those of the placeholders.
	dir    string
	values map[string]string
	// tmp is where plans may have temporary files.
	tmp string
	// brought are the files that a release has brought.
	brought map[string]bool
}

// TestStacks deploys every stack, and does with it what a team does with its own.
func TestStacks(t *testing.T) {
	m := newMachine(t)
	ran := readRun(t)
	for _, s := range stacks(t) {
		t.Run(s.name, func(t *testing.T) {
			if !s.Sample {
				longtest.Need(t)
			}
			if s.Waits != "" {
				t.Skip("it waits: " + s.Waits)
			}
			started := time.Now()
			live(t, m, s)
			ran.note(t, s, time.Since(started))
		})
	}
	ran.write(t)
}

func live(t *testing.T, m machine, s corpusStack) {
	l := &life{T: t, machine: m, stack: s, dir: t.TempDir(), tmp: t.TempDir(), brought: map[string]bool{}, values: m.values(t, s)}
	t.Cleanup(l.clear)
	for _, given := range s.Given {
		docker(t, strings.Fields(expand(given, l.values))...)
	}
	others := l.others()

	l.commit(false)
	planned := l.foretold(1)
	l.step("publish", "--build-number", "1")
	plain := l.plainCompose()
	l.release("first", planned, plain)
	first := l.containers()

	l.commit(true)
	l.killed(2)
	planned = l.foretold(2)
	l.step("publish", "--build-number", "2")
	l.release("changed", planned, nil)
	second := l.containers()
	l.kept(first, second)
	if images(first)["app"] == images(second)["app"] {
		t.Errorf("after the change the same images run: %v", images(second))
	}

	l.says(l.step("rollback", "--yes"), "runs, proven by digest")
	l.says(l.step("verify"), "proven by digest")
	l.speak("first")
	if diff := cmp.Diff(plain, l.configurations()); diff != "" {
		t.Errorf("after the rollback containers are not as they were at first (-first +now):\n%s", diff)
	}
	if diff := cmp.Diff(images(first), images(l.containers())); diff != "" {
		t.Errorf("after the rollback other images run than at first (-first +now):\n%s", diff)
	}
	l.undisturbed()

	l.remove()
	if diff := cmp.Diff(others, l.others()); diff != "" {
		t.Errorf("what is not of this stack changed (-before +after):\n%s", diff)
	}
}

// release deploys the release of what is committed, and once more, and looks at
// what was done, which is what was planned, and at what runs then.
func (l *life) release(which string, planned pipelines.Planned, plain map[string][]configuration) {
	l.Helper()
	l.fulfilled(planned, func() string { return l.step("deploy", "--yes", "--result-file", l.result()) })
	l.says(l.step("verify"), "proven by digest")
	if plain != nil {
		if diff := cmp.Diff(plain, l.configurations()); diff != "" {
			l.Errorf("containers are not as plain compose makes them (-compose +slipway):\n%s", diff)
		}
	}
	l.speak(which)
	l.undisturbed()
	before := l.containers()
	l.dry("plan", "--detailed-exitcode")
	l.step("deploy", "--yes")
	if diff := cmp.Diff(before, l.containers()); diff != "" {
		l.Errorf("deploying the same again did something (-before +after):\n%s", diff)
	}
}

// commit makes the files of a release the project's, as a commit.
func (l *life) commit(changed bool) {
	l.Helper()
	for _, old := range must(filepath.Glob(filepath.Join(l.dir, "*"))) {
		if name := filepath.Base(old); name != "deploy" && name != ".git" {
			os.RemoveAll(old)
		}
	}
	write(l, l.dir, l.stack.files(l, changed), l.values)
	if !changed {
		l.git("init", "-q", "-b", "main")
	}
	l.git("add", "-A")
	l.git("-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "-q", "-m", "x")
}

func (l *life) git(args ...string) {
	l.Helper()
	if out, err := run(nil, l.dir, "git", args...); err != nil {
		l.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

// step runs slipway, which has to work.
func (l *life) step(args ...string) string {
	l.Helper()
	return l.stepWith(nil, args...)
}

// stepWith is step with further environment variables.
func (l *life) stepWith(env []string, args ...string) string {
	l.Helper()
	started := time.Now()
	out, err := run(env, l.dir, l.command, args...)
	l.Logf("slipway %s (%.1f s)\n%s", strings.Join(args, " "), time.Since(started).Seconds(), out)
	if err != nil {
		l.Fatalf("slipway %s: %v", strings.Join(args, " "), err)
	}
	return out
}

func (l *life) says(out, want string) {
	l.Helper()
	if !strings.Contains(out, want) {
		l.Errorf("it printed, without %q:\n%s", want, out)
	}
}

// speak runs what the stack says of its containers.
func (l *life) speak(which string) {
	l.Helper()
	for _, s := range l.stack.Says {
		want := s.Says
		switch {
		case want != "":
		case which == "first":
			want = s.First
		default:
			want = s.Changed
		}
		if want == "" {
			continue
		}
		want = expand(want, l.values)
		err := eventually(func() error {
			ids := l.ids(s.In)
			if len(ids) == 0 {
				return fmt.Errorf("service %s has no container", s.In)
			}
			args := []string{"exec", ids[0]}
			for _, word := range s.Run {
				args = append(args, expand(word, l.values))
			}
			if s.Run == nil {
				args = []string{"logs", ids[0]}
			}
			out, err := run(nil, "", "docker", args...)
			if !strings.Contains(out, want) {
				return fmt.Errorf("%s: %s printed (%v), without %q:\n%s", s.In, strings.Join(args, " "), err, want, out)
			}
			return nil
		})
		if err != nil {
			l.Errorf("release %s: %v", which, err)
		}
	}
}

// kept looks at services that the change has nothing to do with.
func (l *life) kept(first, second map[string]containerState) {
	l.Helper()
	for _, service := range l.stack.Keeps {
		for id, c := range first {
			if c.Service == service && second[id].StartedAt != c.StartedAt {
				l.Errorf("the change replaced or restarted service %s", service)
			}
		}
		if !slices.ContainsFunc(slices.Collect(maps.Values(first)), func(c containerState) bool { return c.Service == service }) {
			l.Errorf("service %s, which the change is to keep, has no container", service)
		}
	}
}

// must is for errors that can't be.
func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}
