package deploy

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"testing"

	"git.example/slipway/pipelines/command"
)

// losing is a host whose connection is lost when files are read or made, some
// times, before or after the host has done what was asked.
type losing struct {
	LocalHost
	times *int
	after bool
}

func (l losing) lose(do func() error) error {
	if *l.times == 0 {
		return do()
	}
	*l.times--
	if l.after {
		_ = do()
	}
	return fmt.Errorf("writing: %w", command.ErrLost)
}

func (l losing) ReadFile(ctx context.Context, path string) (data []byte, err error) {
	err = l.lose(func() error { data, err = l.LocalHost.ReadFile(ctx, path); return err })
	return data, err
}

func (l losing) WriteFile(ctx context.Context, path string, data []byte, mode fs.FileMode) error {
	return l.lose(func() error { return l.LocalHost.WriteFile(ctx, path, data, mode) })
}

func (l losing) Remove(ctx context.Context, path string) error {
	return l.lose(func() error { return l.LocalHost.Remove(ctx, path) })
}

func (l losing) MkdirExclusive(ctx context.Context, path string) error {
	return l.lose(func() error { return l.LocalHost.MkdirExclusive(ctx, path) })
}

func TestSteady(t *testing.T) {
	t.Parallel()
	for _, after := range []bool{false, true} {
		times := 0
		host := Steady(losing{times: &times, after: after})
		path := t.TempDir() + "/file"
		times = 1
		if err := host.WriteFile(t.Context(), path, []byte("x"), 0o600); err != nil {
			t.Error(err)
		}
		times = 1
		if data, err := host.ReadFile(t.Context(), path); err != nil || string(data) != "x" {
			t.Errorf("read %q, %v", data, err)
		}
		times = 1
		if err := host.Remove(t.Context(), path); err != nil {
			t.Error(err)
		}
		times = 1
		if _, err := host.ReadFile(t.Context(), path); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("error: %v", err)
		}
		times = 1
		if err := host.MkdirExclusive(t.Context(), path); !errors.Is(err, command.ErrLost) || times != 0 {
			t.Errorf("what must not happen twice was done again: %v", err)
		}
	}
}

// Whoever gives up on a lost connection says so, not something else.
func TestAgainGivesUp(t *testing.T) {
	t.Parallel()
	tries := 0
	err := Again(t.Context(), func() error { tries++; return command.ErrLost })
	if !errors.Is(err, command.ErrLost) || tries != 1+len(againWaits) {
		t.Errorf("%d tries, %v", tries, err)
	}
	tries = 0
	own := errors.New("exit code 1")
	if err := Again(t.Context(), func() error { tries++; return own }); err != own || tries != 1 {
		t.Errorf("%d tries, %v", tries, err)
	}
}
