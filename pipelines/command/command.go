// Package command builds and runs external programs: docker, git, ssh's local
// side. Building a command (a plain value) is apart from running it, so that
// arguments and environment are tested without running anything.
package command

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"time"
)

// Command is one program to run. The zero Dir is the current directory.
type Command struct {
	// Args is the program and its arguments. It is shown in errors, so it never
	// holds a secret: secrets go into Env, Stdin or a 0600 file.
	Args []string
	// Env is added to the process's own environment, as KEY=value.
	Env []string
	// Unset names variables of the process's own environment that the program
	// does not get.
	Unset []string
	Dir   string
	// Stdin is nothing (the null device) when nil.
	Stdin io.Reader
	// Detached puts the program into a session of its own, so that it goes on
	// when this process or its process group is killed. Cancelling then
	// interrupts all of that session, such as what a shell runs.
	Detached bool
	// Grace is how long an interrupted program has before it is killed; 10 s
	// when zero.
	Grace time.Duration
}

// ErrLost is the cause when the connection to the host that a program runs on
// broke after the program was started. How the program ended, or whether it
// still runs, is not known.
var ErrLost = errors.New("the connection to the host was lost")

// Error is a program that could not be started or ended with a failure.
type Error struct {
	Args []string
	// ExitCode is -1 when the program did not start or was killed.
	ExitCode int
	// Stderr is the end of standard error, at most 4 KiB, trimmed.
	Stderr string
	Err    error
}

func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "running %q: ", strings.Join(e.Args, " "))
	if e.ExitCode >= 0 {
		fmt.Fprintf(&b, "exit code %d", e.ExitCode)
	} else {
		fmt.Fprintf(&b, "%v", e.Err)
	}
	if e.Stderr != "" {
		fmt.Fprintf(&b, ": %s", e.Stderr)
	}
	return b.String()
}

func (e *Error) Unwrap() error { return e.Err }

// ExitCode is the exit code inside err, or -1 when err holds none.
func ExitCode(err error) int {
	var e *Error
	if errors.As(err, &e) {
		return e.ExitCode
	}
	return -1
}

// Run runs c until it ends. Standard output and standard error go to the given
// writers; nil discards them. Cancelling ctx sends an interrupt, waits for
// Grace, then kills; the error then wraps ctx's cause. A failure is an *Error.
func (c Command) Run(ctx context.Context, stdout, stderr io.Writer) error {
	if len(c.Args) == 0 {
		return errors.New("running a command: no program named")
	}
	tail := &Tail{}
	cmd := exec.CommandContext(ctx, c.Args[0], c.Args[1:]...)
	cmd.Dir, cmd.Stdin = c.Dir, c.Stdin
	cmd.Env = c.environ(os.Environ())
	cmd.Stdout, cmd.Stderr = stdout, io.Writer(tail)
	if stderr != nil {
		cmd.Stderr = io.MultiWriter(stderr, tail)
	}
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = c.Grace
	if cmd.WaitDelay == 0 {
		cmd.WaitDelay = 10 * time.Second
	}
	if c.Detached {
		cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
		cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGINT) }
	}
	err := cmd.Run()
	if err == nil {
		return nil
	}
	failed := &Error{Args: c.Args, ExitCode: -1, Stderr: tail.String(), Err: err}
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		failed.ExitCode = exit.ExitCode()
	}
	if cause := context.Cause(ctx); cause != nil {
		failed.ExitCode, failed.Err = -1, cause
	}
	return failed
}

// environ is what the program gets: own without Unset, then Env.
func (c Command) environ(own []string) []string {
	kept := slices.DeleteFunc(own, func(variable string) bool {
		name, _, _ := strings.Cut(variable, "=")
		return slices.Contains(c.Unset, name)
	})
	return append(kept, c.Env...)
}

// Output runs c and returns its standard output.
func (c Command) Output(ctx context.Context) ([]byte, error) {
	var out bytes.Buffer
	err := c.Run(ctx, &out, nil)
	return out.Bytes(), err
}
