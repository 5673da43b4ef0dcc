package compose_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"git.example/slipway/internal/deploytest"
	"git.example/slipway/internal/longtest"
	"git.example/slipway/internal/waittest"
	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/deploy/journal"
	"git.example/slipway/pipelines/deploy/rollout"
)

// The test binary, run again with these, deploys a release and kills itself.
const (
	childStack = "SLIPWAY_TEST_STACK"
	childTag   = "SLIPWAY_TEST_TAG"
	childPhase = "SLIPWAY_TEST_PHASE"
)

func TestMain(m *testing.M) {
	if spec, ok := os.LookupEnv(childStack); ok {
		os.Exit(child(spec, os.Getenv(childTag), os.Getenv(childPhase)))
	}
	os.Exit(m.Run())
}

func child(spec, tag, phase string) int {
	s := &stack{}
	if err := json.Unmarshal([]byte(spec), s); err != nil {
		panic(err)
	}
	s.reports = deploytest.NewKiller(phase)
	if _, err := rollout.Run(context.Background(), s.deployment(tag)); err != nil {
		os.Stderr.WriteString(err.Error() + "\n")
		return 1
	}
	return 0
}

// runChild deploys tag in a process of its own, which dies in the given phase.
func (s *stack) runChild(tag, phase string) {
	s.t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childStack+"="+toJSON(s.t, s), childTag+"="+tag, childPhase+"="+phase, deploytest.RegistryOfChild())
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	out, err := cmd.CombinedOutput()
	status, _ := cmd.ProcessState.Sys().(syscall.WaitStatus)
	if err == nil || !status.Signaled() {
		s.t.Fatalf("the deploy was not killed in phase %q: %v\n%s", phase, err, out)
	}
}

func TestKilledAnywhere(t *testing.T) {
	t.Parallel()
	phases := []string{
		"start pull", "done lock", "done plan", "log web: migrate", "log web: starting", "log web: healthy",
		"log web: stopping", "done apply", "done verify", "start record", "done record", "done prune",
	}
	for _, mode := range []string{"rolling", "fixed port"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			file := withData
			if mode == "fixed port" {
				file = strings.Replace(file, "  web:", "  web:\n    ports: [\"127.0.0.1:"+freePort(t)+":80\"]", 1)
			}
			s := newStack(t, file)
			s.Config.Before = []config.Step{{Service: "web", Run: config.Command{"migrate", "up"}}}
			s.image("0", "web", "ok")
			s.mustDeploy("0")
			for i, phase := range phases {
				if mode == "fixed port" && (phase != "log web: starting" && phase != "log web: healthy") {
					continue // elsewhere it is the same as rolling
				}
				if mode == "rolling" && !longtest.Wanted() && i%3 != 1 {
					continue
				}
				tag := string(rune('a' + i))
				s.image(tag, "web", "ok")
				s.runChild(tag, phase)
				if got := s.serving(); got == "" {
					t.Errorf("killed at %q: nothing serves", phase)
				}
				if _, err := s.deploy(tag); err != nil {
					t.Fatalf("killed at %q, the next run: %v", phase, err)
				}
				if got := s.version("web"); got != tag || len(s.all()) != 2 {
					t.Fatalf("killed at %q, then deployed again: web serves %q, containers %v", phase, got, s.all())
				}
			}
			for _, outcome := range s.outcomes() {
				if strings.HasSuffix(outcome, string(journal.OutcomeRunning)) {
					t.Errorf("the history has a deploy that never ended: %v", s.outcomes())
				}
			}
		})
	}
}

// serving is what web serves within a few seconds: a cut-over that goes on
// without its run takes a moment.
func (s *stack) serving() (version string) {
	waittest.Within(5*time.Second, func() bool {
		version = s.version("web")
		return version != ""
	})
	return version
}

// A run that is killed during its migration leaves it running: the next run
// waits for it and does not run it again.
func TestKilledDuringMigration(t *testing.T) {
	t.Parallel()
	s := newStack(t, withData)
	s.Config.Before = []config.Step{{Service: "web", Run: config.Command{"slow"}}}
	s.image("1", "web", "ok")
	s.runChild("1", "log slow")
	s.mustDeploy("1")
	if got := read(t, s.Dir, "data/log"); got != "migrated slowly\n" {
		t.Errorf("the migration ran twice, or not at all: %q", got)
	}
}

// Two runs at once: one after the other, and the second waits.
func TestTwoDeploysAtOnce(t *testing.T) {
	t.Parallel()
	s := newStack(t, webAndDB)
	s.image("1", "web", "ok")
	s.image("2", "web", "ok")
	errs := make(chan error, 2)
	for _, tag := range []string{"1", "2"} {
		go func() {
			d := s.deployment(tag)
			d.Wait = time.Minute
			_, err := rollout.Run(t.Context(), d)
			errs <- err
		}()
	}
	for range 2 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	if version := s.version("web"); version != "1" && version != "2" {
		t.Errorf("web serves %q", version)
	}
	if len(s.outcomes()) != 2 {
		t.Errorf("history %v", s.outcomes())
	}
}

// A plan whose lock was lost is not applied.
func TestFenceStopsEveryChange(t *testing.T) {
	t.Parallel()
	s := newStack(t, webAndDB)
	s.image("1", "web", "ok")
	item := s.deployment("1").Targets[0]
	if err := item.Target.Pull(t.Context(), item.Desired, io.Discard); err != nil {
		t.Fatal(err)
	}
	observed, err := item.Target.Observe(t.Context(), item.Desired)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := item.Target.Plan(item.Desired, observed)
	if err != nil {
		t.Fatal(err)
	}
	for allowed := range 2 { // writing files, starting the database
		asked := 0
		session := deploy.Session{Log: io.Discard, Fence: func(context.Context) error {
			if asked++; asked > allowed {
				return journal.ErrLockLost
			}
			return nil
		}}
		if err := item.Target.Apply(t.Context(), item.Desired, plan, session); !errors.Is(err, journal.ErrLockLost) {
			t.Errorf("error: %v", err)
		}
	}
	if len(s.all()) > 0 {
		t.Errorf("containers were started: %v", s.all())
	}
}
