package dockerengine

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"git.example/slipway/pipelines/engine"
	"git.example/slipway/pipelines/engine/enginetest"
)

// What the process that gets killed is told.
const (
	victimDir  = "SLIPWAY_TEST_VICTIM_DIR"
	victimBase = "SLIPWAY_TEST_VICTIM_BASE"
)

func TestKilledRunIsSweptUp(t *testing.T) {
	e := newTestEngine(t)
	host, base := enginetest.Base(t)
	t.Cleanup(func() { removePulled(t, e, host) })

	victim := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestVictim$")
	victim.Env = append(os.Environ(), victimDir+"="+e.workspaces.parent, victimBase+"="+base)
	out, err := victim.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := victim.Start(); err != nil {
		t.Fatal(err)
	}
	id := ""
	ready := 0
	for lines := bufio.NewScanner(out); ready < 2 && lines.Scan(); {
		if found, ok := strings.CutPrefix(lines.Text(), "id "); ok {
			id = found
		}
		if lines.Text() == "go ahead" {
			ready++
		}
	}
	if err := victim.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	victim.Wait() // the error says that it was killed
	dead := New(Options{})
	dead.workspaces.traces.id = id
	if left := leftovers(t, dead); len(left) < 5 {
		t.Fatalf("the killed run left only %q: there is nothing to see", left)
	}

	aMinuteAgo := time.Now().Add(-time.Minute) // directories of this second are left alone
	if err := os.Chtimes(filepath.Join(e.workspaces.parent, id), time.Time{}, aMinuteAgo); err != nil {
		t.Fatal(err)
	}
	if _, err := e.workspaces.path(t.Context(), "test"); err != nil {
		t.Fatal(err)
	}
	if left := leftovers(t, dead); len(left) > 0 {
		t.Errorf("still there: %q", left)
	}
	if images := list(t, e, "image", "ls", "-q", "--filter", "reference="+prefix(id)+"*"); len(images) > 0 {
		t.Errorf("images still there: %q", images)
	}
	if dirs, err := os.ReadDir(e.workspaces.parent); err != nil || len(dirs) != 1 || dirs[0].Name() != e.workspaces.traces.id {
		t.Errorf("scratch directories: %v, %v", dirs, err)
	}
}

// TestVictim is the process that TestKilledRunIsSweptUp kills.
func TestVictim(t *testing.T) {
	dir := os.Getenv(victimDir)
	if dir == "" {
		t.Skip("only TestKilledRunIsSweptUp needs it")
	}
	e := New(Options{Dir: dir, Lookup: os.LookupEnv})
	os.Stdout.WriteString("id " + e.workspaces.traces.id + "\n")
	file := filepath.Join(t.TempDir(), "compose.yaml")
	mustWrite(t, filepath.Join(filepath.Dir(file), "Dockerfile"), "FROM "+os.Getenv(victimBase)+"\n")
	mustWrite(t, file, `
services:
  db: {build: ., image: "acme/db:dev", command: [sleep, "600"], volumes: ["data:/data"]}
  tests: {build: ., command: [sh, -c, "echo go ahead; sleep 600"], depends_on: [db]}
volumes: {data: {}}
`)
	go e.Run(context.Background(), engine.Run{Name: "unit", Image: &engine.Image{Reference: os.Getenv(victimBase)},
		Command: []string{"sh", "-c", "echo go ahead; sleep 600"}}, os.Stdout)
	e.Compose(context.Background(), engine.Compose{Name: "integration", ExitCodeFrom: "tests", Files: []string{file}}, os.Stdout)
}

func TestLivingRunIsLeftAlone(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "scratch")
	program := script(t, "exit 0")
	living := New(Options{Program: program, Dir: dir})
	if _, err := living.workspaces.path(t.Context(), "test"); err != nil {
		t.Fatal(err)
	}
	old := time.Now().Add(-time.Hour)
	if err := os.Chtimes(living.workspaces.scratch.dir, old, old); err != nil {
		t.Fatal(err)
	}
	other := New(Options{Program: program, Dir: dir})
	if _, err := other.workspaces.path(t.Context(), "test"); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(living.workspaces.scratch.dir); err != nil {
		t.Error(err)
	}
	if err := living.Close(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Join(dir, living.workspaces.traces.id)); err == nil {
		t.Error("Close left the scratch directory")
	}
}

func TestScratchDirectoryOfSomebodyElse(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "open")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	if _, err := New(Options{Dir: dir}).workspaces.path(t.Context(), "test"); err == nil {
		t.Error("a directory that everybody can write to was taken")
	}
}
