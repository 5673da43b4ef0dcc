package ssh_test

import (
	"bytes"
	"context"
	"errors"
	"net"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"git.example/slipway/internal/sshtest"
	"git.example/slipway/pipelines/ssh"
)

func TestOneConnection(t *testing.T) {
	t.Parallel()
	s := sshtest.Start(t, sshtest.Config{})
	pool := ssh.NewPool()
	defer pool.Close()
	var working sync.WaitGroup
	for range 30 {
		working.Go(func() {
			h := pool.Host(s.Options())
			if err := h.Run(t.Context(), sh("sleep 0.05"), nil, nil); err != nil {
				t.Error(err)
			}
			if _, err := h.List(t.Context(), s.Dir); err != nil {
				t.Error(err)
			}
		})
	}
	working.Wait()
	if got := s.Logins(); got != 1 {
		t.Errorf("%d logins", got)
	}
	pool.Close()
	wantError(t, pool.Host(s.Options()).Connect(t.Context()), "closed")
}

// However few sessions the host allows, everybody has a turn.
func TestFewSessions(t *testing.T) {
	t.Parallel()
	h, s := newHost(t, sshtest.Config{MaxSessions: 2})
	var working sync.WaitGroup
	for range 30 {
		working.Go(func() {
			if err := h.Run(t.Context(), sh("sleep 0.01"), nil, nil); err != nil {
				t.Error(err)
			}
			if _, err := h.List(t.Context(), s.Dir); err != nil {
				t.Error(err)
			}
		})
	}
	working.Wait()
	if got := s.Logins(); got != 1 {
		t.Errorf("%d logins", got)
	}
}

func TestOneSessionIsTooFewForBoth(t *testing.T) {
	t.Parallel()
	h, s := newHost(t, sshtest.Config{MaxSessions: 1})
	if err := h.Run(t.Context(), sh("true"), nil, nil); err != nil {
		t.Error(err)
	}
	if _, err := h.List(t.Context(), s.Dir); err != nil {
		t.Error(err)
	}
	wantError(t, h.Run(t.Context(), sh("true"), nil, nil), "MaxSessions in its sshd_config must be 2 or more")
}

func TestManyFiles(t *testing.T) {
	t.Parallel()
	h, s := newHost(t, sshtest.Config{})
	var working sync.WaitGroup
	for i := range 200 {
		working.Go(func() {
			file := filepath.Join(s.Dir, "new", string(rune('a'+i%26)), string(rune(0x4e00+i)))
			data := bytes.Repeat([]byte{byte(i)}, 1000*i)
			if err := h.WriteFile(t.Context(), file, data, 0o600); err != nil {
				t.Error(err)
				return
			}
			if got, err := h.ReadFile(t.Context(), file); err != nil || !bytes.Equal(got, data) {
				t.Errorf("%d of %d bytes, %v", len(got), len(data), err)
			}
			if err := h.Remove(t.Context(), file); err != nil {
				t.Error(err)
			}
		})
	}
	working.Wait()
}

func TestJumpHosts(t *testing.T) {
	t.Parallel()
	jump, farther, s1, s2 := sshtest.Start(t, sshtest.Config{}), sshtest.Start(t, sshtest.Config{}), sshtest.Start(t, sshtest.Config{}), sshtest.Start(t, sshtest.Config{})
	pool := ssh.NewPool()
	defer pool.Close()
	var working sync.WaitGroup
	for _, s := range []*sshtest.Server{s1, s2} {
		first, second, o := jump.Options(), farther.Options(), s.Options()
		second.Jump, o.Jump = &first, &second
		for range 5 {
			working.Go(func() {
				file := filepath.Join(s.Dir, "file")
				if err := pool.Host(o).WriteFile(t.Context(), file, []byte("content"), 0o644); err != nil {
					t.Error(err)
				}
				if err := pool.Host(o).Run(t.Context(), sh(`test "$(cat "$1")" = content`, file), nil, nil); err != nil {
					t.Error(err)
				}
			})
		}
	}
	working.Wait()
	for name, s := range map[string]*sshtest.Server{"jump host": jump, "second jump host": farther, "one": s1, "two": s2} {
		if got := s.Logins(); got != 1 {
			t.Errorf("%s: %d logins", name, got)
		}
	}
}

func TestJumpHostErrors(t *testing.T) {
	t.Parallel()
	s, jump := sshtest.Start(t, sshtest.Config{}), sshtest.Start(t, sshtest.Config{})
	closed := sshtest.Start(t, sshtest.Config{Lines: []string{"AllowTcpForwarding no"}})
	unknown := jump.Options()
	unknown.KnownHosts = nil
	tests := map[string]struct {
		jump    ssh.Options
		address string
		want    []string
	}{
		"forwards nothing":       {jump: closed.Options(), want: []string{"jump host " + closed.Options().String() + " forwards no connections; set AllowTcpForwarding yes"}},
		"does not reach it":      {jump: jump.Options(), address: "127.0.0.2", want: []string{"jump host " + jump.Options().String() + " does not reach it"}},
		"is not known":           {jump: unknown, want: []string{"its jump host can't be used", "connecting to " + unknown.String(), "is not known"}},
		"the host behind is not": {jump: jump.Options(), address: "localhost", want: []string{"connecting to " + s.User + "@localhost", s.Fingerprint("ed25519") + " is not known"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := s.Options()
			o.Jump = &test.jump
			if test.address != "" {
				o.Address = test.address
			}
			if test.address == "127.0.0.2" {
				o.Port = 1
			}
			wantError(t, hostOf(t, o).Connect(t.Context()), append(test.want, "connecting to "+o.String())...)
		})
	}
}

func TestConnectErrors(t *testing.T) {
	t.Parallel()
	s := sshtest.Start(t, sshtest.Config{})
	silent, err := net.Listen("tcp", sshtest.Address+":0") // accepts, and says nothing
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { silent.Close() })
	port := func(l net.Listener) int { return l.Addr().(*net.TCPAddr).Port }
	free, err := net.Listen("tcp", sshtest.Address+":0")
	if err != nil {
		t.Fatal(err)
	}
	free.Close()
	tests := map[string]struct {
		change func(*ssh.Options)
		want   string
	}{
		"nothing there":  {func(o *ssh.Options) { o.Port = port(free) }, "nothing listens on port"},
		"silent":         {func(o *ssh.Options) { o.Port, o.Timeout = port(silent), 200*time.Millisecond }, "no answer in 200ms"},
		"no such name":   {func(o *ssh.Options) { o.Address = "no-such-host.invalid" }, "no-such-host.invalid"},
		"no address":     {func(o *ssh.Options) { o.Address = "" }, "needs an address and a user"},
		"no user":        {func(o *ssh.Options) { o.User = "" }, "needs an address and a user"},
		"an unknown one": {func(o *ssh.Options) { o.User = "nobody-here" }, `refused user "nobody-here"`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := s.Options()
			test.change(&o)
			wantError(t, hostOf(t, o).Connect(t.Context()), "connecting to "+o.String(), test.want)
		})
	}
}

func TestConnectOverIPv6(t *testing.T) {
	t.Parallel()
	if l, err := net.Listen("tcp", "[::1]:0"); err != nil {
		t.Skipf("no IPv6 here: %v", err)
	} else {
		l.Close()
	}
	s := sshtest.Start(t, sshtest.Config{Lines: []string{"ListenAddress ::1"}})
	o := s.Options()
	o.Address, o.Fingerprints = "::1", []string{s.Fingerprint("ed25519")}
	if err := hostOf(t, o).Connect(t.Context()); err != nil {
		t.Error(err)
	}
}

// Whoever stops waiting is let go at once; the others get their connection.
func TestConnectCancelled(t *testing.T) {
	t.Parallel()
	s := sshtest.Start(t, sshtest.Config{})
	p := sshtest.StartProxy(t, s)
	p.Freeze()
	h := hostOf(t, p.Options())
	why := errors.New("enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	var waiting sync.WaitGroup
	waiting.Go(func() {
		if err := h.Connect(t.Context()); err != nil {
			t.Error(err)
		}
	})
	waiting.Go(func() {
		if err := h.Connect(ctx); !errors.Is(err, why) {
			t.Error(err)
		}
		p.Thaw()
	})
	sshtest.WaitFor(t, "a connection", func() bool { return p.Connections() == 1 })
	cancel(why)
	waiting.Wait()

	p.Cut()
	p.Freeze()
	ctx, cancel = context.WithCancelCause(t.Context())
	waiting.Go(func() {
		if err := h.Run(ctx, sh("true"), nil, nil); !errors.Is(err, why) {
			t.Error(err)
		}
	})
	sshtest.WaitFor(t, "a connection after the cut", func() bool { return p.Connections() == 2 })
	cancel(why)
	waiting.Wait()
	p.Thaw()
	if err := h.Connect(t.Context()); err != nil {
		t.Errorf("after everybody had gone: %v", err)
	}
}
