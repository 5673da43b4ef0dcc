package ssh_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"git.example/slipway/internal/sshtest"
	"git.example/slipway/pipelines/command"
)

func TestRun(t *testing.T) {
	t.Parallel()
	h, s := newHost(t, sshtest.Config{Env: []string{"GIVEN=there", "KEPT=kept"}})
	dir := filepath.Join(s.Dir, "a dir's \n name")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		command        command.Command
		stdout, stderr string
		code           int
		err            string
	}{
		"output":            {command: sh("echo out; echo err >&2"), stdout: "out\n", stderr: "err\n"},
		"no line ends":      {command: sh("printf out; printf err >&2"), stdout: "out", stderr: "err"},
		"exit code":         {command: sh("echo why >&2; exit 7"), stderr: "why\n", code: 7, err: "exit code 7: why"},
		"no such program":   {command: command.Command{Args: []string{"/no/such"}}, code: 127, err: "/no/such"},
		"killed":            {command: sh("kill -KILL $$"), code: -1, err: "signal KILL"},
		"no input":          {command: sh("cat; echo end"), stdout: "end\n"},
		"input":             {command: command.Command{Args: []string{"cat"}, Stdin: strings.NewReader("a\nb")}, stdout: "a\nb"},
		"input not read":    {command: command.Command{Args: []string{"true"}, Stdin: strings.NewReader(strings.Repeat("x", 8<<20))}},
		"script on input":   {command: command.Command{Args: []string{"sh", "-s"}, Stdin: strings.NewReader("echo $GIVEN\n"), Detached: true}, stdout: "there\n"},
		"directory":         {command: command.Command{Args: []string{"pwd"}, Dir: dir}, stdout: dir + "\n"},
		"no such directory": {command: command.Command{Args: []string{"pwd"}, Dir: "/no/such"}, code: 2, err: "/no/such"},
		"environment": {
			command: command.Command{Args: []string{"sh", "-c", `printf "%s\n" "${GIVEN-unset} $KEPT $A"`}, Env: []string{"A=it's $(a)\n\\n \"value\""}, Unset: []string{"GIVEN"}},
			stdout:  "unset kept it's $(a)\n\\n \"value\"\n",
		},
		"unset, then set":     {command: command.Command{Args: []string{"sh", "-c", "echo $GIVEN"}, Env: []string{"GIVEN=new"}, Unset: []string{"GIVEN"}}, stdout: "new\n"},
		"a bad name":          {command: command.Command{Args: []string{"true"}, Env: []string{"a;b=secret"}}, code: -1, err: `the variable name "a;b" is not`},
		"a bad name to unset": {command: command.Command{Args: []string{"true"}, Unset: []string{"a b"}}, code: -1, err: `the variable name "a b" is not`},
		"a NUL byte":          {command: command.Command{Args: []string{"echo", "a\x00b"}}, code: -1, err: "NUL byte"},
		"long words":          {command: sh(`printf %s "$1" | wc -c | tr -d ' '`, strings.Repeat("long ", 20_000)), stdout: "100000\n"},
		"more than a window":  {command: sh("head -c 9000000 /dev/zero | tr '\\0' x | wc -c | tr -d ' '"), stdout: "9000000\n"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var stdout, stderr bytes.Buffer
			err := h.Run(t.Context(), test.command, &stdout, &stderr)
			if got := command.ExitCode(err); err != nil && got != test.code {
				t.Errorf("exit code: %d (%v)", got, err)
			}
			if test.err == "" && err != nil {
				t.Error(err)
			}
			if test.err != "" {
				wantError(t, err, test.err)
				var failed *command.Error
				if !errors.As(err, &failed) {
					t.Errorf("a %T", err)
				}
				if strings.Contains(err.Error(), "secret") {
					t.Error(err)
				}
			}
			if diff := cmp.Diff(test.stdout, stdout.String()); diff != "" {
				t.Errorf("standard output: %s", diff)
			}
			if diff := cmp.Diff(test.stderr, stderr.String()); test.stderr != "" && diff != "" {
				t.Errorf("standard error: %s", diff)
			}
		})
	}
}

// The end of standard error is kept, at most 4 KiB.
func TestRunKeepsTheEndOfStandardError(t *testing.T) {
	t.Parallel()
	h, _ := newHost(t, sshtest.Config{})
	err := h.Run(t.Context(), sh("i=0; while [ $i -lt 1000 ]; do echo line $i >&2; i=$((i+1)); done; exit 1"), nil, nil)
	var failed *command.Error
	if !errors.As(err, &failed) || len(failed.Stderr) > 4<<10 || !strings.HasSuffix(failed.Stderr, "line 999") || len(failed.Stderr) < 4000 {
		t.Errorf("%v", err)
	}
}

func TestRunStreams(t *testing.T) {
	t.Parallel()
	h, _ := newHost(t, sshtest.Config{})
	fromTest, toHost := io.Pipe()
	fromHost, toTest := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		c := sh("while read -r line; do echo got $line; done")
		c.Stdin = fromTest
		ended <- h.Run(t.Context(), c, toTest, toTest)
		toTest.Close()
	}()
	buf := make([]byte, 100)
	for _, word := range []string{"a", "b"} {
		io.WriteString(toHost, word+"\n")
		if n, err := fromHost.Read(buf); string(buf[:n]) != "got "+word+"\n" {
			t.Fatalf("%q, %v", buf[:n], err)
		}
	}
	toHost.Close()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// A writer that fails ends the program.
func TestRunStopsWhenNobodyReads(t *testing.T) {
	t.Parallel()
	h, _ := newHost(t, sshtest.Config{})
	from, to := io.Pipe()
	from.CloseWithError(errors.New("enough"))
	wantError(t, h.Run(t.Context(), sh("while :; do echo x; sleep 0.01; done"), to, nil), "enough")
}

// What a login shell says before is no output of the program.
func TestRunWithATalkativeShell(t *testing.T) {
	t.Parallel()
	h, _ := newHost(t, sshtest.Config{Lines: []string{`ForceCommand echo hello; echo careful >&2; eval "$SSH_ORIGINAL_COMMAND"`}})
	var stdout, stderr bytes.Buffer
	if err := h.Run(t.Context(), sh("echo out; echo err >&2"), &stdout, &stderr); err != nil {
		t.Fatal(err)
	}
	if stdout.String() != "out\n" || stderr.String() != "err\n" {
		t.Errorf("%q %q", &stdout, &stderr)
	}
}

func TestRunWithoutAShell(t *testing.T) {
	t.Parallel()
	h, _ := newHost(t, sshtest.Config{Lines: []string{`ForceCommand echo this account is not available; exit 1`}})
	err := h.Run(t.Context(), sh("echo out"), nil, nil)
	wantError(t, err, "exit code 1", "this account is not available", "chsh")
	h, _ = newHost(t, sshtest.Config{Lines: []string{`ForceCommand true`}})
	wantError(t, h.Run(t.Context(), sh("echo out"), nil, nil), "login shell ends without running anything (exit code 0)")
}

func TestCancel(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		config sshtest.Config
		script string
		grace  time.Duration
		output string
	}{
		"a program that cleans up": {script: `trap 'echo cleaned up; kill $!; exit 1' INT; echo ready; sleep 1000 & wait`, grace: time.Minute, output: "ready\ncleaned up\n"},
		"its children":             {script: `echo ready; sleep 1000; echo after`, grace: time.Minute, output: "ready\n"},
		"a stubborn program":       {script: `trap '' INT; echo ready; while :; do sleep 0.1; done`, grace: 300 * time.Millisecond, output: "ready\n"},
		"a full host":              {config: sshtest.Config{MaxSessions: 1}, script: `echo ready; sleep 1000`, grace: 3 * time.Second, output: "ready\n"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, _ := newHost(t, test.config)
			ctx, cancel := context.WithCancelCause(t.Context())
			why := errors.New("enough")
			var out lockedBuffer
			mark := fmt.Sprintf("cancel-%d-%s", os.Getpid(), strings.ReplaceAll(name, " ", "-"))
			c := sh(test.script, mark)
			c.Grace, c.Detached = test.grace, true
			ended := make(chan error, 1)
			go func() { ended <- h.Run(ctx, c, &out, nil) }()
			sshtest.WaitFor(t, "the program", func() bool { return strings.Contains(out.String(), "ready") })
			cancel(why)
			err := <-ended
			if !errors.Is(err, why) || command.ExitCode(err) != -1 {
				t.Errorf("error: %v", err)
			}
			if diff := cmp.Diff(test.output, out.String()); diff != "" {
				t.Error(diff)
			}
			sshtest.WaitFor(t, "the program's end", func() bool { return len(processesWith(mark)) == 0 })
			if err := h.Run(t.Context(), sh("true"), nil, nil); err != nil {
				t.Errorf("the connection after it: %v", err)
			}
		})
	}
}

type lockedBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}
