package terraform_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"git.example/slipway/internal/waittest"
	"git.example/slipway/pipelines/deploy/rollout"
	"git.example/slipway/pipelines/deploy/terraform"
	"git.example/slipway/pipelines/report"
)

// The test binary, run again with these, deploys a release.
const (
	childInfra = "SLIPWAY_TEST_INFRA"
	childTag   = "SLIPWAY_TEST_TAG"
)

func TestMain(m *testing.M) {
	if spec, ok := os.LookupEnv(childInfra); ok {
		os.Exit(child(spec, os.Getenv(childTag)))
	}
	code := m.Run()
	if left := planFiles(); len(left) > 0 {
		fmt.Fprintln(os.Stderr, "plan files are left:", left)
		code = max(code, 1)
	}
	os.Exit(code)
}

func child(spec, tag string) int {
	i := &infra{reports: report.Discard}
	if err := json.Unmarshal([]byte(spec), i); err != nil {
		panic(err)
	}
	if _, err := rollout.Run(context.Background(), i.deployment(tag)); err != nil {
		os.Stderr.WriteString(err.Error() + "\n")
		return 1
	}
	return 0
}

func (i *infra) started(line string) bool {
	text, _ := os.ReadFile(i.path("started"))
	return strings.Contains(string(text), line+"\n")
}

// A run is killed with its process group, as CI does, while Terraform applies.
// What it began is completed, and no plan file is left; the next run waits for
// the lock of the state and finds everything done.
func TestKilledWhileApplying(t *testing.T) {
	each(t, func(t *testing.T, binary string) {
		i := newInfra(t, binary)
		i.Config.LockTimeout = 0
		i.mustDeploy("sha-1")
		i.write("slow", "api sha-2\n")
		spec, err := json.Marshal(i)
		if err != nil {
			t.Fatal(err)
		}
		temporary := t.TempDir()
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), childInfra+"="+string(spec), childTag+"=sha-2", "TMPDIR="+temporary)
		cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		waittest.For(t, "the apply", func() bool { return i.started("api sha-2") })
		syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		cmd.Wait()
		i.Config.LockTimeout = 1
		_, err = rollout.Preview(t.Context(), i.deployment("sha-2"))
		if !errors.Is(err, terraform.ErrStateLocked) {
			t.Errorf("while it goes on: %v", err)
		}
		i.Config.LockTimeout = 0
		i.write("slow", "")
		waittest.For(t, "Terraform to end", func() bool {
			left, err := os.ReadDir(temporary)
			return err == nil && len(left) == 0
		})
		i.mustDeploy("sha-2")
		if got := i.running(); got != "admin=sha-2 api=sha-2" {
			t.Errorf("running: %s", got)
		}
		if n := strings.Count(i.read("started"), "api sha-2\n"); n != 1 {
			t.Errorf("api was replaced %d times", n)
		}
		if diff := cmp.Diff([]string{"sha-1 deployed", "sha-2 interrupted", "sha-2 deployed"}, i.outcomes()); diff != "" {
			t.Error(diff)
		}
	})
}

// An interrupt reaches Terraform, which saves its state; then the release of
// before comes back, and the next deploy carries on.
func TestInterruptedWhileApplying(t *testing.T) {
	each(t, func(t *testing.T, binary string) {
		i := newInfra(t, binary)
		i.mustDeploy("sha-1")
		i.write("slow", "api sha-2\nadmin sha-2\n")
		output := &logs{}
		i.reports = output
		ctx, cancel := context.WithCancelCause(t.Context())
		go func() {
			waittest.Within(2*time.Minute, func() bool { return i.started("api sha-2") || ctx.Err() != nil })
			cancel(errors.New("the user's interrupt"))
		}()
		_, err := rollout.Run(ctx, i.deployment("sha-2"))
		var failed *rollout.Failure
		if !errors.As(err, &failed) || failed.ReturnErr != nil || !strings.Contains(err.Error(), "the user's interrupt") {
			t.Fatalf("error: %v\n%s", err, output)
		}
		if !strings.Contains(output.String(), "Interrupt received") {
			t.Errorf("Terraform was not asked to end:\n%s", output)
		}
		if got := i.tags() + "; " + i.running(); got != "admin=sha-1 api=sha-1; admin=sha-1 api=sha-1" {
			t.Errorf("afterwards: %s", got)
		}
		i.write("slow", "")
		i.mustDeploy("sha-2")
	})
}

// A lock that somebody else holds is named with its holder, and never broken.
func TestStateLocked(t *testing.T) {
	each(t, func(t *testing.T, binary string) {
		i := newInfra(t, binary)
		i.mustDeploy("sha-1")
		i.write("slow", "by hand\n")
		other := exec.Command(binary, "apply", "-auto-approve", "-input=false", `-var=image_tags={"by"="hand"}`)
		other.Dir = i.path("")
		if err := other.Start(); err != nil {
			t.Fatal(err)
		}
		waittest.For(t, "the other apply", func() bool { return i.started("by hand") })
		_, err := i.deploy("sha-2")
		i.write("slow", "")
		if err := other.Wait(); err != nil {
			t.Error(err)
		}
		if !errors.Is(err, terraform.ErrStateLocked) {
			t.Fatalf("error: %v", err)
		}
		for _, want := range []string{"locked by ", "@", "OperationTypeApply", binary + " -chdir=infra/envs/staging force-unlock ", "wait for that run"} {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("no %q in: %v", want, err)
			}
		}
		if i.started("api sha-2") {
			t.Error("it was applied")
		}
	})
}

// A run that hangs is interrupted when its time is up.
func TestTimeout(t *testing.T) {
	t.Parallel()
	i := newInfra(t, anyProgram())
	i.mustDeploy("sha-1")
	i.write("slow", "api sha-2\n")
	i.reports = &between{func() { i.Config.Timeout = 0 }, map[int64]string{}}
	target := i.target()
	target.Config.Timeout = 1
	_, err := target.Observe(t.Context(), i.desired("sha-2"))
	if err == nil || !strings.Contains(err.Error(), "did not end within 1ns (timeout in slipway.yaml)") {
		t.Errorf("error: %v", err)
	}
}
