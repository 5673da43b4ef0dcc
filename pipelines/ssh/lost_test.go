package ssh_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"git.example/slipway/internal/sshtest"
	"git.example/slipway/pipelines/command"
)

// A connection that was cut while nothing ran is made anew, unnoticed.
func TestCutBetween(t *testing.T) {
	t.Parallel()
	s := sshtest.Start(t, sshtest.Config{})
	p := sshtest.StartProxy(t, s)
	h := hostOf(t, p.Options())
	file := filepath.Join(s.Dir, "file")
	for i := range 10 {
		operations := map[string]func() error{
			"run":   func() error { return h.Run(t.Context(), sh("true"), nil, nil) },
			"write": func() error { return h.WriteFile(t.Context(), file, nil, 0o644) },
			"read":  func() error { _, err := h.ReadFile(t.Context(), file); return err },
			"list":  func() error { _, err := h.List(t.Context(), s.Dir); return err },
			"make":  func() error { return h.MkdirExclusive(t.Context(), fmt.Sprint(s.Dir, "/dir", i)) },
		}
		if err := operations["write"](); err != nil {
			t.Fatal(err)
		}
		for name, operation := range operations {
			p.Cut()
			// Nothing that is waiting for an answer meets the cut, save by chance.
			if err := operation(); err != nil && !(errors.Is(err, command.ErrLost) && (name == "run" || name == "make")) {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

// Everything that waits ends when the connection breaks, in whichever way; the
// program is not started again, file operations are repeated.
func TestBreaksInTheMiddle(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		do func(p *sshtest.Proxy)
	}{
		"cut":    {do: (*sshtest.Proxy).Cut},
		"frozen": {do: (*sshtest.Proxy).Freeze},
	}
	for name, test := range tests {
		for _, jumps := range []bool{false, true} {
			t.Run(fmt.Sprint(name, " jump host ", jumps), func(t *testing.T) {
				t.Parallel()
				s := sshtest.Start(t, sshtest.Config{})
				p := sshtest.StartProxy(t, s)
				o := p.Options()
				if jumps {
					first := p.Options()
					first.Keepalive = 300 * time.Millisecond
					o = s.Options()
					o.Jump = &first
				}
				o.Keepalive = 300 * time.Millisecond
				h := hostOf(t, o)
				count := filepath.Join(s.Dir, "count")
				var programs, writing sync.WaitGroup
				for range 7 { // all the sessions that there may be
					programs.Go(func() {
						err := h.Run(t.Context(), sh(`echo >>"$1"; sleep 30`, count), nil, nil)
						if !errors.Is(err, command.ErrLost) || command.ExitCode(err) != -1 || !strings.Contains(err.Error(), h.String()) {
							t.Errorf("a program: %v", err)
						}
					})
				}
				started := func() int { data, _ := os.ReadFile(count); return len(data) }
				sshtest.WaitFor(t, "programs", func() bool { return started() == 7 })
				file := filepath.Join(s.Dir, "file")
				writing.Go(func() { // it waits for a session
					if err := h.WriteFile(t.Context(), file, []byte("content"), 0o644); err != nil {
						t.Errorf("writing: %v", err)
					}
				})
				test.do(p)
				programs.Wait()
				p.Thaw()
				writing.Wait()
				if data, err := os.ReadFile(file); string(data) != "content" {
					t.Errorf("%q, %v", data, err)
				}
				if got := started(); got != 7 {
					t.Errorf("%d programs were started", got)
				}
			})
		}
	}
}

// The host is started anew: the next operation finds it.
func TestRestart(t *testing.T) {
	t.Parallel()
	h, s := newHost(t, sshtest.Config{})
	for range 3 {
		if _, err := h.List(t.Context(), s.Dir); err != nil {
			t.Fatal(err)
		}
		if out := mustRun(t, h, sh("echo $0")); out != "sh\n" {
			t.Fatal(out)
		}
		s.Restart()
	}
	s.Stop()
	wantError(t, h.Connect(t.Context()), "nothing listens")
}

// A silent program and a quiet connection are no lost ones.
func TestQuietIsNotLost(t *testing.T) {
	t.Parallel()
	s := sshtest.Start(t, sshtest.Config{Lines: []string{"ClientAliveInterval 1"}})
	o := s.Options()
	o.Keepalive = 200 * time.Millisecond
	h := hostOf(t, o)
	if out := mustRun(t, h, sh("sleep 2.5; echo done")); out != "done\n" {
		t.Error(out)
	}
	if got := s.Logins(); got != 1 {
		t.Errorf("%d logins", got)
	}
}
