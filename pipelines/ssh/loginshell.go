package ssh

import (
	"context"
	"errors"
	"time"
)

// Shell asks the login shell for a line, once for each connection. A shell that
// does not give it is a *ShellError.
func (h *Host) Shell(ctx context.Context) (Shell, error) {
	conn, err := h.to.connect(ctx)
	if err != nil {
		return Shell{}, err
	}
	return login{conn}.explained(ctx)
}

// explained is shell with the cause of what it prints.
func (l login) explained(ctx context.Context) (Shell, error) {
	s, err := l.shell(ctx)
	if s.Prints != "" && err == nil {
		s.Cause = l.startup(ctx).prints(s.Prints)
	}
	return s, err
}

// shell asks the login shell. No program is run before it was asked: a startup file
// that reads standard input, or starts another program in the shell's place, must
// get none of our scripts.
func (l login) shell(ctx context.Context) (Shell, error) {
	select {
	case l.conn.asking <- struct{}{}:
		defer func() { <-l.conn.asking }()
	case <-ctx.Done():
		return Shell{}, context.Cause(ctx)
	case <-l.conn.lost:
		return Shell{}, l.conn.lostError()
	}
	if l.conn.shell == nil {
		found, err := l.askShell(ctx)
		var refused *ShellError
		if err != nil && !errors.As(err, &refused) {
			return Shell{}, err
		}
		l.conn.shell = &askedShell{found, err}
	}
	return l.conn.shell.found, l.conn.shell.err
}

// askShell asks the login shell for a line, and finds out why when none comes.
func (l login) askShell(ctx context.Context) (Shell, error) {
	began := time.Now()
	g, err := l.greet(ctx)
	if err != nil {
		return Shell{}, err
	}
	defer g.close()
	came, err := g.wait(ctx, l.silence())
	switch {
	case err != nil:
		return Shell{}, err
	case came == greeted:
		took := time.Since(began)
		if g.held(ctx, l.patience()) {
			return Shell{}, l.shellError(ctx, keepsOutput, g)
		}
		return Shell{Took: took, Prints: g.noise()}, nil
	case came == silent:
		return l.askSilentShell(ctx, g)
	}
	return Shell{}, l.shellError(ctx, endsEarly, g)
}

// patience is how long a session may stay open after its program has ended. Programs
// are given as long.
func (l login) patience() time.Duration { return min(10*time.Second, l.conn.options.timeout()) }

// askSilentShell goes on when the login shell says nothing: is it slow, does it
// wait for input, or is it no shell?
func (l login) askSilentShell(ctx context.Context, g *greeting) (Shell, error) {
	g.channel.Write(sftpHello)
	if _, err := g.wait(ctx, l.silence()/3); err != nil {
		return Shell{}, err
	}
	if g.speaksSFTP() {
		return Shell{}, &ShellError{Host: l.conn.options.String(), Reason: filesOnly}
	}
	g.channel.CloseWrite()
	came, err := g.wait(ctx, l.conn.options.timeout())
	if err != nil {
		return Shell{}, err
	}
	switch came {
	case ended:
		return Shell{}, l.shellError(ctx, runsAnother, g)
	case silent:
		return Shell{}, l.shellError(ctx, hangs, g)
	}
	g.close()
	// It came when its input ended. Does it come without that, if slowly?
	began := time.Now()
	again, err := l.greet(ctx)
	if err != nil {
		return Shell{}, err
	}
	defer again.close()
	switch came, err := again.wait(ctx, l.conn.options.timeout()); {
	case err != nil:
		return Shell{}, err
	case came == greeted:
		return Shell{Took: time.Since(began), Prints: again.noise()}, nil
	}
	return Shell{}, l.shellError(ctx, readsInput, g)
}

// shellError is the error of a login shell that does something else.
func (l login) shellError(ctx context.Context, does misdeed, g *greeting) error {
	return &ShellError{Host: l.conn.options.String(), Reason: l.startup(ctx).explain(does, g)}
}
