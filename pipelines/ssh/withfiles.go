package ssh

import (
	"context"
	"errors"
	"fmt"
	"io"

	"git.example/slipway/pipelines/command"
)

// withFiles does something with the host's files. When the connection breaks,
// it is done again from the start if it may be.
func withFiles[T any](ctx context.Context, h *Host, repeatable bool, do func(context.Context, *filesSession) (T, error)) (T, error) {
	for tries := 0; ; tries++ {
		result, began, err := tryFiles(ctx, h, do)
		// Twice: a connection that breaks now may look alive to the second try.
		if tries == 2 || !errors.Is(err, command.ErrLost) || began && !repeatable || ctx.Err() != nil {
			return result, err
		}
	}
}

// tryFiles also says whether do was begun.
func tryFiles[T any](ctx context.Context, h *Host, do func(context.Context, *filesSession) (T, error)) (result T, began bool, err error) {
	conn, err := h.to.connect(ctx)
	if err != nil {
		return result, false, err
	}
	files, err := conn.openFiles(ctx)
	if err != nil {
		return result, false, err
	}
	var given T // apart from result: do goes on by itself when nobody waits any more
	done := make(chan struct{})
	go func() {
		defer close(done)
		given, err = do(ctx, files)
	}()
	if stopped := conn.wait(ctx, done); stopped != nil {
		return result, true, stopped
	}
	switch {
	case err == nil || answered(err):
		return given, true, err
	case ctx.Err() != nil:
		return result, true, context.Cause(ctx)
	}
	conn.dropFiles(files)
	return result, true, fmt.Errorf("%w (%v)", conn.lostError(), err)
}

// openFiles gives the sftp session, and opens one when there is none. Its errors
// say what a startup file has to do with it: most sshd start their sftp server by
// the login shell.
func (c *connection) openFiles(ctx context.Context) (*filesSession, error) {
	files, err := c.openFilesAlone(ctx)
	var unusable *sftpError
	if !errors.As(err, &unusable) {
		return files, err
	}
	shell, shellErr := login{c}.explained(ctx)
	var refused *ShellError
	switch {
	case errors.As(shellErr, &refused):
		return nil, fmt.Errorf("%s (%w), since %s", unusable.problem, unusable.cause(), refused.Reason)
	case shell.Cause != "":
		return nil, fmt.Errorf("%s (%w), since %s; or %s", unusable.problem, unusable.cause(), shell.Cause, sftpCure)
	case errors.Is(unusable.err, io.ErrUnexpectedEOF) && login{c}.startup(ctx).forced:
		return nil, fmt.Errorf("%s (%w): what is asked of sshd is run by %s, which has to be able to run SFTP's server: "+
			"set Subsystem sftp to the path of its program, such as /usr/lib/openssh/sftp-server, or force no command", unusable.problem, unusable.cause(), forcedCommand)
	case errors.Is(unusable.err, io.ErrUnexpectedEOF):
		return nil, fmt.Errorf("%s, it ends at once (%w): is the program there that Subsystem names in its sshd_config? Else %s", unusable.problem, unusable.cause(), sftpCure)
	}
	return nil, err
}
