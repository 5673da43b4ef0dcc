package enginetest

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"git.example/slipway/pipelines/engine"
	"git.example/slipway/pipelines/secrets"
)

var runCases = []testCase{
	{"exit code and output", func(ctx context.Context, t *testing.T, f *fixture) {
		log, result := f.run(ctx, t, engine.Run{Command: []string{"sh", "-c", "echo to out; echo to err >&2; exit 7"}})
		if diff := cmp.Diff(engine.Result{ExitCode: 7}, result); diff != "" {
			t.Error(diff)
		}
		for _, text := range []string{"to out", "to err"} {
			if !strings.Contains(log, text) {
				t.Errorf("the log lacks %q:\n%s", text, log)
			}
		}
	}},
	{"the image's own command", func(ctx context.Context, t *testing.T, f *fixture) {
		b := f.build(t, "-- Dockerfile --\nFROM BASE\nWORKDIR /srv\nENTRYPOINT [\"sh\", \"-c\"]\nCMD [\"pwd; exit 3\"]\n")
		log, result := f.run(ctx, t, engine.Run{Build: &b})
		if result.ExitCode != 3 || !strings.Contains(log, "/srv") {
			t.Errorf("exit code %d, log:\n%s", result.ExitCode, log)
		}
	}},
	{"command replaces the entrypoint", func(ctx context.Context, t *testing.T, f *fixture) {
		b := f.build(t, "-- Dockerfile --\nFROM BASE\nENTRYPOINT [\"false\"]\nCMD [\"x\"]\n")
		if _, result := f.run(ctx, t, engine.Run{Build: &b, Command: []string{"true"}}); result.ExitCode != 0 {
			t.Errorf("exit code %d", result.ExitCode)
		}
	}},
	{"mount is a copy", func(ctx context.Context, t *testing.T, f *fixture) {
		mount := f.directory(t, "-- in/a.txt --\na\n-- .hidden --\nh\n")
		log, result := f.run(ctx, t, engine.Run{Mount: mount, Workdir: "/src/app",
			Command: []string{"sh", "-ec", "pwd; cat in/a.txt .hidden; echo changed > in/a.txt; rm .hidden"}})
		if result.ExitCode != 0 || !strings.Contains(log, "/src/app") {
			t.Errorf("exit code %d, log:\n%s", result.ExitCode, log)
		}
		if diff := cmp.Diff(map[string]string{"in/a.txt": "a\n", ".hidden": "h\n"}, tree(t, mount)); diff != "" {
			t.Errorf("the directory itself was changed:\n%s", diff)
		}
	}},
	{"mount in the image's working directory", func(ctx context.Context, t *testing.T, f *fixture) {
		b := f.build(t, "-- Dockerfile --\nFROM BASE\nWORKDIR /srv\nRUN echo image > own\n")
		_, result := f.run(ctx, t, engine.Run{Build: &b, Mount: f.directory(t, "-- a.txt --\na\n"),
			Command: []string{"test", "-f", "/srv/own", "-a", "-f", "/srv/a.txt"}})
		if result.ExitCode != 0 {
			t.Errorf("exit code %d", result.ExitCode)
		}
	}},
	{"environment", func(ctx context.Context, t *testing.T, f *fixture) {
		value := "a b'\"$x\nsecond=line"
		log, result := f.run(ctx, t, engine.Run{
			Env:     map[string]string{"PLAIN": value, "EMPTY": ""},
			Secrets: map[string]secrets.Value{"TOKEN": secrets.NewValue(value)},
			Command: []string{"sh", "-c", `test "$PLAIN" = "$TOKEN" && test "${EMPTY-unset}" = "" && printf %s "$TOKEN" | wc -c`}})
		if result.ExitCode != 0 || !strings.Contains(log, "19") {
			t.Errorf("exit code %d, log:\n%s", result.ExitCode, log)
		}
	}},
	{"exports, also of a failure", func(ctx context.Context, t *testing.T, f *fixture) {
		dir := t.TempDir()
		stale := filepath.Join(dir, "report")
		if err := os.MkdirAll(filepath.Join(stale, "old"), 0o755); err != nil {
			t.Fatal(err)
		}
		_, result := f.run(ctx, t, engine.Run{Workdir: "/w",
			Command: []string{"sh", "-ec", "mkdir -p report/html; echo i > report/html/index; echo c > /tmp/cover; exit 1"},
			Exports: []engine.Export{
				{From: "report", To: stale}, {From: "/tmp/cover", To: filepath.Join(dir, "made", "cover.out")},
				{From: "nothing", To: filepath.Join(dir, "nothing")},
			}})
		if diff := cmp.Diff(engine.Result{ExitCode: 1, Missing: []string{"nothing"}}, result); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(map[string]string{"report/html/index": "i\n", "made/cover.out": "c\n"}, tree(t, dir)); diff != "" {
			t.Errorf("exported (-want +got):\n%s", diff)
		}
		if _, err := os.Stat(filepath.Join(stale, "old")); err == nil {
			t.Error("what was there before is still there")
		}
	}},
	{"same command twice runs twice", func(ctx context.Context, t *testing.T, f *fixture) {
		again := engine.Run{Command: []string{"sh", "-c", "cat /proc/uptime; cat /proc/sys/kernel/random/uuid"}}
		first, _ := f.run(ctx, t, again)
		second, _ := f.run(ctx, t, again)
		if first == second || strings.Count(second, "\n") < 2 {
			t.Errorf("the second run did not happen: the first gave\n%s\nthe second\n%s", first, second)
		}
	}},
	{"flood of output", func(ctx context.Context, t *testing.T, f *fixture) {
		counted := &counter{}
		image := engine.Image{Reference: f.base, Insecure: true}
		result, err := f.engine.Run(ctx, engine.Run{Name: "flood", Image: &image,
			Command: []string{"sh", "-c", "yes 0123456789012345678901234567890123456789 | head -c 20000000; exit 4"}}, counted)
		if err != nil || result.ExitCode != 4 {
			t.Errorf("got exit code %d and %v", result.ExitCode, err)
		}
		if counted.bytes < 1<<20 {
			t.Errorf("only %d bytes of the flood arrived", counted.bytes)
		}
	}},
}

// counter counts what it is given and keeps nothing.
type counter struct{ bytes int64 }

func (c *counter) Write(p []byte) (int, error) {
	c.bytes += int64(len(p))
	return len(p), nil
}

// run runs r, in the base image if it names none, and returns the log.
func (f *fixture) run(ctx context.Context, t *testing.T, r engine.Run) (log string, result engine.Result) {
	t.Helper()
	r.Name = "unit"
	if r.Build == nil {
		r.Image = &engine.Image{Reference: f.base, Insecure: true}
	}
	var out output
	result, err := f.engine.Run(ctx, r, &out)
	if err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	return out.String(), result
}
