package ssh

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"

	xssh "golang.org/x/crypto/ssh"

	"git.example/slipway/pipelines/command"
)

// program is a program that was started on a host.
type program struct {
	command  command.Command
	conn     *connection
	channel  xssh.Channel
	terminal bool

	// pid gets the program's process id, which leads its process group.
	pid chan int
	// exited is closed when the host said how the program ended; ended is set then.
	exited chan struct{}
	ended  ending
	// closed is closed when the host ended the session.
	closed chan struct{}
	// outputs are copied until copied is closed; inputDone is closed when no
	// more is read from standard input.
	out, err  *marked
	copied    chan struct{}
	inputDone chan struct{}
}

// ending is how a program ended: with an exit code, or by a signal.
type ending struct {
	code   int
	signal string
}

// errNotStarted is the cause when the host's shell did not do as it was told.
var errNotStarted = errors.New("the host's shell did not start it; the user needs a login shell, and the host a POSIX sh")

// start starts c in a session. From the request on the program may run.
func (c *connection) start(ctx context.Context, cmd command.Command, channel xssh.Channel, requests <-chan *xssh.Request, stdout, stderr io.Writer, pty *PTY, failed func(error)) (*program, error) {
	mark := "slipway-" + rand.Text()
	line, err := prologue(cmd, mark, pty != nil)
	if err != nil {
		return nil, err
	}
	p := &program{
		command: cmd, conn: c, channel: channel, terminal: pty != nil,
		pid: make(chan int, 1), exited: make(chan struct{}), closed: make(chan struct{}),
		copied: make(chan struct{}), inputDone: make(chan struct{}),
	}
	if sameWriter(stdout, stderr) {
		both := &oneAtATime{to: stdout}
		stdout, stderr = both, both
	}
	var once sync.Once
	found := func(pid int) { once.Do(func() { p.pid <- pid }) }
	p.out = &marked{to: stdout, mark: mark, found: found}
	p.err = &marked{to: stderr, mark: mark, found: found, after: &command.Tail{}, passed: p.terminal}
	go p.follow(requests)
	if pty == nil {
		go p.input(line) // the host keeps it until the shell is there: a way to it and back is saved
	}
	if err := p.request(ctx, pty); err != nil {
		return nil, err
	}
	var outputs sync.WaitGroup
	for writer, from := range map[*marked]io.Reader{p.out: channel, p.err: channel.Stderr()} {
		outputs.Go(func() {
			if _, err := io.Copy(writer, from); err != nil && !c.isLost() {
				failed(fmt.Errorf("writing its output: %w", err))
				io.Copy(io.Discard, from)
			}
		})
	}
	go func() {
		outputs.Wait()
		close(p.copied)
	}()
	if pty != nil {
		go p.input(line)
	}
	return p, nil
}

// request asks the host to run the shell. A host that refuses ran nothing.
func (p *program) request(ctx context.Context, pty *PTY) error {
	var ok bool
	var err error
	done := make(chan struct{})
	go func() {
		defer close(done)
		if pty != nil {
			if ok, err = p.channel.SendRequest("pty-req", true, pty.request()); !ok || err != nil {
				return
			}
		}
		ok, err = p.channel.SendRequest("exec", true, xssh.Marshal(struct{ Command string }{shellLine}))
	}()
	if stopped := p.conn.wait(ctx, done); stopped != nil {
		return stopped
	}
	switch {
	case err != nil:
		return p.conn.lostError()
	case !ok && pty != nil:
		return fmt.Errorf("%s gives no terminal or runs no programs; look at PermitTTY and ForceCommand in its sshd_config", p.conn.options)
	case !ok:
		return fmt.Errorf("%s runs no programs for this user; look at ForceCommand in its sshd_config", p.conn.options)
	}
	return nil
}

// input sends the prologue and then standard input.
func (p *program) input(line string) {
	defer close(p.inputDone)
	defer p.channel.CloseWrite()
	if _, err := io.Copy(p.channel, strings.NewReader(line)); err != nil || p.command.Stdin == nil {
		return
	}
	io.Copy(p.channel, p.command.Stdin) // a program need not read to the end
}

// follow learns how the program ends.
func (p *program) follow(requests <-chan *xssh.Request) {
	defer close(p.closed)
	for r := range requests {
		switch r.Type {
		case "exit-status":
			var status struct{ Code uint32 }
			if xssh.Unmarshal(r.Payload, &status) == nil {
				p.end(ending{code: int(status.Code)})
			}
		case "exit-signal":
			var status struct {
				Signal     string
				CoreDumped bool
				Message    string
				Language   string
			}
			if xssh.Unmarshal(r.Payload, &status) == nil {
				p.end(ending{code: -1, signal: status.Signal})
			}
		}
		if r.WantReply { // such as the host's keepalive
			r.Reply(false, nil)
		}
	}
}

func (p *program) isClosed() bool {
	select {
	case <-p.closed:
		return true
	default:
		return false
	}
}

func (p *program) end(e ending) {
	select {
	case <-p.exited: // said already
	default:
		p.ended = e
		close(p.exited)
	}
}

// stderr is the end of what the program said.
func (p *program) stderr() string {
	if p.out.started() {
		return p.err.after.String()
	}
	noise := strings.TrimSpace(p.out.noise() + "\n" + p.err.noise())
	if strings.Contains(noise, p.out.mark) {
		return "" // it prints what it was to run, with the values of variables
	}
	return noise
}
