package ssh

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"time"

	xssh "golang.org/x/crypto/ssh"

	"git.example/slipway/pipelines/command"
)

// Run runs a program to its end as command.Command.Run does here, with the
// user's environment there, Unset and Env. Env and Stdin are in no process
// list, Args are in the program's own. It is in a session and process group of
// its own whether or not c is Detached. Cancelling ctx interrupts that group,
// waits for Grace, then kills it.
//
// A program that ends with a failure is a *command.Error. When the connection
// breaks after the program was started, that wraps command.ErrLost; the program
// may have ended, or go on until it reads or writes.
func (h *Host) Run(ctx context.Context, c command.Command, stdout, stderr io.Writer) error {
	return h.run(ctx, c, stdout, stderr, nil)
}

func (h *Host) run(ctx context.Context, c command.Command, stdout, stderr io.Writer, terminal *interactive) error {
	if len(c.Args) == 0 {
		return fmt.Errorf("running a command on %s: no program named", h)
	}
	if c.Grace == 0 {
		c.Grace = 10 * time.Second
	}
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	for again := true; ; again = false {
		conn, err := h.to.connect(ctx)
		if err != nil {
			return err
		}
		_, err = login{conn}.shell(ctx)
		if again && errors.Is(err, command.ErrLost) {
			continue
		}
		if err != nil {
			return fmt.Errorf("running %q: %w", c.Args[0], err)
		}
		channel, requests, release, err := conn.session(ctx)
		if again && errors.Is(err, command.ErrLost) {
			continue // nothing was started
		}
		if err != nil {
			return fmt.Errorf("running %q: %w", c.Args[0], err)
		}
		defer release()
		return conn.run(ctx, c, channel, requests, stdout, stderr, terminal, fail)
	}
}

// run runs c in a session, which is over then.
func (c *connection) run(ctx context.Context, cmd command.Command, channel xssh.Channel, requests <-chan *xssh.Request, stdout, stderr io.Writer, terminal *interactive, fail context.CancelCauseFunc) error {
	p, err := c.start(ctx, cmd, channel, requests, stdout, stderr, terminal.pty(), fail)
	if err != nil {
		channel.Close()
		return &command.Error{Args: cmd.Args, ExitCode: -1, Err: err}
	}
	if terminal != nil {
		go terminal.resize(p)
	}
	err = p.wait(ctx)
	channel.Close()
	p.rest(terminal == nil)
	if err == nil {
		return nil
	}
	failed := &command.Error{Args: cmd.Args, ExitCode: -1, Stderr: p.stderr(), Err: err}
	var exit exitError
	if errors.As(err, &exit) && exit.signal == "" {
		failed.ExitCode = exit.code
	}
	return failed
}

// exitError is an ending that is a failure.
type exitError ending

func (e exitError) Error() string {
	if e.signal != "" {
		return "ended by signal " + e.signal
	}
	return fmt.Sprintf("exit code %d", e.code)
}

// wait waits until the program ended and its output was copied, stopping it
// when ctx ends.
func (p *program) wait(ctx context.Context) error {
	var overdue <-chan time.Time
	cancelled, exited := ctx.Done(), p.exited
	stopping, stopped := context.WithCancel(context.WithoutCancel(ctx))
	defer stopped()
	for {
		select {
		case <-p.closed:
			return p.finish(ctx)
		case <-exited:
			exited = nil
			if overdue == nil {
				overdue = time.After(p.command.Grace)
			}
		case <-cancelled:
			cancelled = nil
			overdue = time.After(p.command.Grace)
			go p.signal(stopping, "INT")
		case <-overdue:
			if ctx.Err() == nil { // something holds the program's output open
				return exec.ErrWaitDelay
			}
			limited, done := context.WithTimeout(stopping, killTime)
			p.signal(limited, "KILL")
			done()
			return context.Cause(ctx)
		case <-p.conn.lost:
			if ctx.Err() != nil {
				return errors.Join(context.Cause(ctx), p.conn.lostError())
			}
			return p.conn.lostError()
		}
	}
}

// killTime is how long a host has for killing a program.
const killTime = 10 * time.Second

// finish is how a program ended whose session is over.
func (p *program) finish(ctx context.Context) error {
	if p.conn.wait(context.WithoutCancel(ctx), p.copied) != nil {
		return p.conn.lostError()
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	select {
	case <-p.exited:
	default:
		return p.conn.lostError() // it did not say how the program ended
	}
	switch {
	case !p.out.started() && p.ended == ending{}:
		return errNotStarted
	case p.ended != ending{}:
		return exitError(p.ended)
	}
	return nil
}

// rest waits, for a while, until nothing uses the caller's reader and writers
// any more and the host has ended the session.
func (p *program) rest(input bool) {
	limit := time.After(p.command.Grace)
	for _, done := range []chan struct{}{p.copied, p.closed, p.inputDone} {
		if done == p.inputDone && !input {
			return // a terminal is read until somebody types
		}
		select {
		case <-done:
		case <-limit:
			return
		}
	}
}
