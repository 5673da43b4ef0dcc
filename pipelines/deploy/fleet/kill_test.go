package fleet_test

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"git.example/slipway/internal/deploytest"
	"git.example/slipway/internal/longtest"
	"git.example/slipway/internal/sshtest"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/journal"
	"git.example/slipway/pipelines/deploy/rollout"
	"git.example/slipway/pipelines/secrets"
	"git.example/slipway/pipelines/ssh"
)

// The test binary, run again with these, deploys a release, and kills itself in
// a phase when there is one.
const (
	childStacks = "SLIPWAY_TEST_STACKS"
	childTag    = "SLIPWAY_TEST_TAG"
	childPhase  = "SLIPWAY_TEST_PHASE"
)

// The test binary, run again with childEngine, is a Docker with its state in
// that directory, where engineChild is not nil.
const childEngine = "SLIPWAY_TEST_ENGINE"

var engineChild func(dir string) int

func TestMain(m *testing.M) {
	if spec, ok := os.LookupEnv(childStacks); ok {
		os.Exit(child(spec, os.Getenv(childTag), os.Getenv(childPhase)))
	}
	if dir, ok := os.LookupEnv(childEngine); ok {
		os.Exit(engineChild(dir))
	}
	os.Exit(m.Run())
}

func child(spec, tag, phase string) int {
	s := &stacks{}
	if err := json.Unmarshal([]byte(spec), s); err != nil {
		panic(err)
	}
	pool := ssh.NewPool()
	s.connect = func(i int) deploy.Host { return pool.Host(s.SSH[i].options()) }
	s.reports = deploytest.NewKiller(phase)
	d := s.deployment(tag)
	d.Wait = 5 * time.Minute
	if _, err := rollout.Run(context.Background(), d); err != nil {
		os.Stderr.WriteString(err.Error() + "\n")
		return 1
	}
	return 0
}

// options are how to reach the host, noticing soon when it is gone.
func (s server) options() ssh.Options {
	key, err := os.ReadFile(s.Key)
	if err != nil {
		panic(err)
	}
	return quick(ssh.Options{
		Address: sshtest.Address, Port: s.Port, User: s.User, Key: secrets.NewValue(string(key)), KnownHosts: []string{s.KnownHosts},
	})
}

// child is a process that deploys tag.
func (s *stacks) child(tag, phase string) *exec.Cmd {
	s.t.Helper()
	spec, err := json.Marshal(s)
	if err != nil {
		s.t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childStacks+"="+string(spec), childTag+"="+tag, childPhase+"="+phase, deploytest.RegistryOfChild())
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return cmd
}

// killed deploys tag in a process of its own, which dies in the given phase.
func (s *stacks) killed(tag, phase string) {
	s.t.Helper()
	cmd := s.child(tag, phase)
	out, err := cmd.CombinedOutput()
	status, _ := cmd.ProcessState.Sys().(syscall.WaitStatus)
	if err == nil || !status.Signaled() {
		s.t.Fatalf("the deploy was not killed in phase %q: %v\n%s", phase, err, out)
	}
}

// Slipway is killed at each step of a deploy, and of the way back of one: the
// next run makes the fleet one again, and no migration runs twice.
func TestKilledAnywhere(t *testing.T) {
	longtest.Need(t)
	t.Parallel()
	r := newCluster(t, 2)
	r.Before, r.After = migrate(), after()
	r.release("0")
	r.mustDeploy("0")
	phases := []string{
		"start pull", "done lock", "log app1 | web: migrate", "log app1 | web: starting", "log batch 2", "log app2 | web: starting",
		"log app2 | web: healthy", "log app1 | web: after", "done verify", "start record", "start return",
	}
	for i, phase := range phases {
		tag := string(rune('a' + i))
		r.release(tag)
		if phase == "start return" {
			r.fails(1, tag, "unhealthy")
		}
		r.killed(tag, phase)
		if phase == "start return" {
			tag = string(rune('a' + i - 1))
		}
		if _, err := r.deploy(tag); err != nil {
			t.Fatalf("killed at %q, the next run: %v", phase, err)
		}
		r.wantOne(tag)
		for _, outcome := range r.outcomes() {
			if strings.HasSuffix(outcome, string(journal.OutcomeRunning)) {
				t.Errorf("killed at %q: the history has a deploy that never ended: %v", phase, r.outcomes())
			}
		}
	}
	seen := map[string]int{}
	for _, tag := range strings.Fields(r.migrations()) {
		if seen[tag]++; seen[tag] > 1 {
			t.Errorf("the migration of %s ran again: %s", tag, r.migrations())
		}
	}
}

// The CI run of a bad release is killed half way: a rollback without arguments
// brings every host to the release before it.
func TestRollbackAfterAKill(t *testing.T) {
	longtest.Need(t)
	t.Parallel()
	r := newCluster(t, 2)
	r.release("0", "1", "2")
	r.mustDeploy("0")
	r.mustDeploy("1")
	r.killed("2", "log batch 2")
	if got, want := r.serving(), []string{"2", "1"}; !cmp.Equal(got, want) {
		t.Errorf("running: %q, want %q", got, want)
	}
	if _, err := deploytest.Rollback(t, r.deployment("2"), ""); err != nil {
		t.Fatal(err)
	}
	r.wantOne("1")
	if want := []string{"0 deployed", "1 deployed", "2 interrupted", "1 rollback"}; !cmp.Equal(r.outcomes(), want) {
		t.Errorf("history %v, want %v", r.outcomes(), want)
	}
}

// Two processes deploy at once: one after the other.
func TestTwoProcessesAtOnce(t *testing.T) {
	t.Parallel()
	r := newCluster(t, 2)
	r.release("1", "2")
	errs := make(chan error, 2)
	for _, tag := range []string{"1", "2"} {
		cmd := r.child(tag, "")
		go func() {
			out, err := cmd.CombinedOutput()
			if err != nil {
				t.Errorf("deploying %s: %v\n%s", tag, err, out)
			}
			errs <- err
		}()
	}
	<-errs
	<-errs
	outcomes := r.outcomes()
	if len(outcomes) != 2 {
		t.Fatalf("history %v", outcomes)
	}
	r.wantOne(strings.TrimSuffix(outcomes[1], " deployed"))
}

// The clocks of hosts and runners differ by an hour, either way: a lease is
// judged by its heartbeat, never by its times.
func TestClockOffByAnHour(t *testing.T) {
	longtest.Need(t)
	t.Parallel()
	r := newCluster(t, 2)
	r.release("0")
	r.mustDeploy("0")
	for tag, off := range map[string]time.Duration{"ahead": time.Hour, "behind": -time.Hour} {
		r.release(tag)
		r.killed(tag, "log batch 2")
		r.shiftTimes(off)
		r.mustDeploy(tag)
		r.wantOne(tag)
	}
	outcomes := r.outcomes()
	counts := map[string]int{}
	for _, outcome := range outcomes {
		counts[outcome[strings.Index(outcome, " ")+1:]]++
	}
	if want := map[string]int{"deployed": 3, "interrupted": 2}; !cmp.Equal(counts, want) {
		t.Errorf("history %v", outcomes)
	}
	// A lock of a holder whose clock is behind, which lives, is respected.
	lease, _, err := r.journal().Acquire(t.Context(), journal.Holder{User: "bob"}, "9", 0)
	if err != nil {
		t.Fatal(err)
	}
	r.shiftTimes(-time.Hour)
	if _, err := r.deploy("0"); err == nil || !strings.Contains(err.Error(), "held by bob") {
		t.Errorf("error: %v", err)
	}
	if err := lease.Release(t.Context()); err != nil {
		t.Error(err)
	}
}

var timestamp = regexp.MustCompile(`"\d{4}-\d\d-\d\dT[0-9:.]+Z"`)

// shiftTimes moves every time in the journal, and those of its files.
func (s *stacks) shiftTimes(by time.Duration) {
	s.t.Helper()
	err := filepath.WalkDir(filepath.Join(s.Dirs[0], ".slipway", environment), func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return nil // it may be gone by now
		}
		info, err := e.Info()
		if err != nil {
			return nil
		}
		if base := filepath.Base(path); filepath.Base(filepath.Dir(path)) == "history" || base == "info.json" {
			content, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			content = timestamp.ReplaceAllFunc(content, func(old []byte) []byte {
				at, err := time.Parse(`"`+time.RFC3339Nano+`"`, string(old))
				if err != nil {
					s.t.Fatal(err)
				}
				return []byte(at.Add(by).Format(`"` + time.RFC3339Nano + `"`))
			})
			if err := os.WriteFile(path, content, info.Mode()); err != nil {
				return err
			}
		}
		return os.Chtimes(path, time.Time{}, info.ModTime().Add(by))
	})
	if err != nil {
		s.t.Fatal(err)
	}
}
