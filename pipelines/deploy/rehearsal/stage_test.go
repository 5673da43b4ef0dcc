package rehearsal

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"git.example/slipway/internal/sshtest"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/ssh"
)

// childVariable makes the test's program a rehearsal in that directory, which says
// that its stage is there and then waits to be killed.
const childVariable = "SLIPWAY_TEST_STAGE"

func TestMain(m *testing.M) {
	if dir := os.Getenv(childVariable); dir != "" {
		s, err := Open(context.Background(), deploy.LocalHost{}, []string{dir + "/not/yet", dir}, 8)
		fmt.Println(s.Dir(dir), err)
		select {}
	}
	os.Exit(m.Run())
}

func stages(t *testing.T, dir string) []string {
	t.Helper()
	found, err := filepath.Glob(dir + "/" + stagePrefix + "*")
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// A rehearsal that is killed leaves nothing.
func TestKilledRehearsal(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "it's a ünïcödé $dir")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), childVariable+"="+dir)
	child.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	said := make([]byte, 500)
	n, _ := out.Read(said)
	if len(stages(t, dir)) != 1 {
		t.Errorf("no stage: %s", said[:n])
	}
	syscall.Kill(-child.Process.Pid, syscall.SIGKILL) // as CI does, the whole group
	child.Wait()
	sshtest.WaitFor(t, "the stage to be gone", func() bool { return len(stages(t, dir)) == 0 })
}

// A connection that breaks ends a rehearsal on the host.
func TestRehearsalOfALostConnection(t *testing.T) {
	t.Parallel()
	server := sshtest.Start(t, sshtest.Config{})
	pool := ssh.NewPool()
	if _, err := Open(t.Context(), pool.Host(server.Options()), []string{server.Dir}, 8); err != nil {
		t.Fatal(err)
	}
	if len(stages(t, server.Dir)) != 1 {
		t.Error("no stage")
	}
	pool.Close()
	sshtest.WaitFor(t, "the stage to be gone", func() bool { return len(stages(t, server.Dir)) == 0 })
}

// What a host that went down left is removed by the next rehearsal; one that goes on
// at the same time is left alone.
func TestLeftStages(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	leave := func(name, by string) {
		t.Helper()
		stage := filepath.Join(dir, stagePrefix+name)
		if err := os.MkdirAll(stage+"/below", 0o755); err != nil {
			t.Fatal(err)
		}
		if by != "" {
			if err := os.WriteFile(stage+"/by", []byte(by+"\n"), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	ended := exec.Command("true")
	if err := ended.Run(); err != nil {
		t.Fatal(err)
	}
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		t.Skip("no boot id here")
	}
	leave("ended", fmt.Sprintf("%d %s", ended.Process.Pid, strings.TrimSpace(string(boot))))
	leave("before", fmt.Sprintf("%d before", os.Getpid()))
	leave("running", fmt.Sprintf("%d %s", os.Getpid(), strings.TrimSpace(string(boot))))
	leave("beginning", "")
	s, err := Open(t.Context(), deploy.LocalHost{}, []string{dir, dir + "/sub"}, 8)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(t.Context()); err != nil {
		t.Error(err)
	}
	var names []string
	for _, stage := range stages(t, dir) {
		names = append(names, strings.TrimPrefix(filepath.Base(stage), stagePrefix))
	}
	if got := strings.Join(names, " "); got != "beginning running" {
		t.Errorf("left: %s", got)
	}
	if len(s.Cleared()) != 2 {
		t.Errorf("cleared %q", s.Cleared())
	}
}

// Few sessions: nobody waits on the host, and Close removes the stage.
func TestStageWithFewSessions(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, err := Open(t.Context(), deploy.LocalHost{}, []string{dir}, 2)
	if err != nil {
		t.Fatal(err)
	}
	if findings, ok := s.Directories(t.Context(), dir, dir); !ok {
		t.Errorf("%+v", findings)
	}
	if err := s.Close(t.Context()); err != nil || len(stages(t, dir)) > 0 {
		t.Errorf("%v, left %q", err, stages(t, dir))
	}
}

func TestAtLeast(t *testing.T) {
	for version, want := range map[string]bool{
		"2.24.4": true, "v2.24.4": true, "2.24.6-desktop.1": true, "2.40.3": true, "5.0.0-desktop.1": true, "2.24.3": false, "v2.5.0": false,
		"1.29.2": false, "": false, "dev": false, "2.25": true, "2.24": false, "2.24.10+ds1": true,
	} {
		if got := atLeast(version, leastCompose); got != want {
			t.Errorf("%q: %v", version, got)
		}
	}
}
