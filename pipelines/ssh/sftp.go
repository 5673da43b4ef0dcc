package ssh

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/pkg/sftp"
	xssh "golang.org/x/crypto/ssh"

	"git.example/slipway/pipelines/command"
)

// filesSession is a connection's sftp session. All file operations share it.
type filesSession struct {
	client *sftp.Client
	ended  chan struct{} // closed when the host ended it
}

func (c *connection) hasFiles() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.files != nil
}

// openFiles gives the sftp session, and opens one when there is none.
func (c *connection) openFiles(ctx context.Context) (*filesSession, error) {
	select {
	case c.opening <- struct{}{}:
		defer func() { <-c.opening }()
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	case <-c.lost:
		return nil, c.lostError()
	}
	c.mu.Lock()
	files := c.files
	c.mu.Unlock()
	if files != nil {
		return files, nil
	}
	channel, requests, release, err := c.session(ctx)
	if err != nil {
		return nil, err
	}
	files = &filesSession{ended: make(chan struct{})}
	go func() {
		xssh.DiscardRequests(requests)
		c.mu.Lock()
		if c.files == files {
			c.files = nil
		}
		close(files.ended)
		c.mu.Unlock()
		release()
	}()
	if files.client, err = c.startSFTP(ctx, channel); err != nil {
		channel.Close()
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	select {
	case <-files.ended:
	default:
		c.files = files
	}
	return files, nil
}

// startSFTP speaks to the sftp server of a new session.
func (c *connection) startSFTP(ctx context.Context, channel xssh.Channel) (*sftp.Client, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, c.options.timeout(), errNoAnswer)
	defer cancel()
	var ok bool
	var client *sftp.Client
	var err error
	done := make(chan struct{})
	go func() {
		defer close(done)
		if ok, err = channel.SendRequest("subsystem", true, xssh.Marshal(struct{ Name string }{"sftp"})); ok {
			client, err = sftp.NewClientPipe(channel, newFileModes(channel), sftp.UseConcurrentWrites(true))
		}
	}()
	const cure = "set Subsystem sftp internal-sftp in its sshd_config"
	if stopped := c.wait(ctx, done); stopped != nil && !errors.Is(stopped, errNoAnswer) {
		return nil, stopped
	} else if stopped != nil {
		return nil, fmt.Errorf("the SFTP server of %s does not answer; %s", c.options, cure)
	}
	switch {
	case c.isLost():
		return nil, c.lostError()
	case !ok && err == nil:
		return nil, fmt.Errorf("%s has no SFTP server; %s", c.options, cure)
	case err != nil:
		return nil, fmt.Errorf("the SFTP server of %s can't be used (%w); %s", c.options, err, cure)
	}
	if _, ok := client.HasExtension(posixRename); !ok {
		client.Close()
		return nil, fmt.Errorf("the SFTP server of %s can't replace a file in one step (extension %s); %s", c.options, posixRename, cure)
	}
	return client, nil
}

// posixRename and fsync are extensions of OpenSSH's sftp server.
const (
	posixRename = "posix-rename@openssh.com"
	fsync       = "fsync@openssh.com"
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

// dropFiles forgets an sftp session that broke.
func (c *connection) dropFiles(files *filesSession) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.files == files {
		c.files = nil
	}
	go files.client.Close()
}

// answered says whether err is the host's answer: anything else is a session
// that broke.
func answered(err error) bool {
	var status *sftp.StatusError
	var path *fs.PathError
	return errors.As(err, &status) || errors.As(err, &path) ||
		errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) || errors.Is(err, fs.ErrExist)
}
