package enginetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"git.example/slipway/pipelines/engine"
)

// cancelTime is how long an engine has to end after a cancel.
const cancelTime = 30 * time.Second

var cancelCases = []testCase{
	{"run", func(ctx context.Context, t *testing.T, f *fixture) {
		f.cancelled(ctx, t, func(ctx context.Context, log *output) error {
			_, err := f.engine.Run(ctx, engine.Run{Name: "unit", Image: &engine.Image{Reference: f.base, Insecure: true},
				Command: []string{"sh", "-c", "trap '' INT TERM; echo go ahead; sleep 100; sleep 100"}}, log)
			return err
		})
	}},
	{"compose", func(ctx context.Context, t *testing.T, f *fixture) {
		files := f.composeFile(t, `
services:
  db: {image: BASE, command: [sleep, "100"], volumes: ["data:/data"]}
  tests: {image: BASE, command: [sh, -c, "echo go ahead; sleep 100"], depends_on: [db]}
volumes: {data: {}}
`)
		f.cancelled(ctx, t, func(ctx context.Context, log *output) error {
			_, err := f.engine.Compose(ctx, engine.Compose{Name: "integration", ExitCodeFrom: "tests", Files: files}, log)
			return err
		})
	}},
	{"build", func(ctx context.Context, t *testing.T, f *fixture) {
		// Never the same: where one is killed, it may run on to its end and be cached.
		b := f.build(t, "-- Dockerfile --\nFROM BASE\nARG WHEN\nRUN echo go ahea''d; sleep 100\n")
		b.Args = map[string]string{"WHEN": time.Now().String()}
		f.cancelled(ctx, t, func(ctx context.Context, log *output) error {
			_, err := f.engine.Build(ctx, b, nil, log)
			return err
		})
	}},
}

// cancelled cancels do when its log says "go ahead". It must end soon, with the
// cause, and leave nothing.
func (f *fixture) cancelled(ctx context.Context, t *testing.T, do func(context.Context, *output) error) {
	t.Helper()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var log output
	done := make(chan error, 1)
	go func() { done <- do(ctx, &log) }()
	log.wait(ctx, t, "go ahead")
	cause := errors.New("the user stopped it")
	cancel(cause)
	select {
	case err := <-done:
		if !errors.Is(err, cause) {
			t.Errorf("got %v, want the cause of the cancel", err)
		}
	case <-time.After(cancelTime):
		t.Fatalf("it did not end within %s", cancelTime)
	}
	if f.env.Leftovers == nil {
		return
	}
	if left := f.env.Leftovers(t); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}
