package ssh

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/pkg/sftp"
	xssh "golang.org/x/crypto/ssh"
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

// sftpCure is an sftp server that does without the login shell.
const sftpCure = "set Subsystem sftp internal-sftp in its sshd_config"

// sftpError is an sftp server that can't be used.
type sftpError struct {
	problem string
	err     error
}

func (e *sftpError) cause() error {
	if e.err == nil {
		return errNoAnswer
	}
	return e.err
}

func (e *sftpError) Error() string {
	if e.err == nil {
		return fmt.Sprintf("%s; %s", e.problem, sftpCure)
	}
	return fmt.Sprintf("%s (%v); %s", e.problem, e.err, sftpCure)
}

func (e *sftpError) Unwrap() error { return e.err }

// openFilesAlone gives the sftp session, and opens one when there is none.
func (c *connection) openFilesAlone(ctx context.Context) (*filesSession, error) {
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
	if stopped := c.wait(ctx, done); stopped != nil && !errors.Is(stopped, errNoAnswer) {
		return nil, stopped
	} else if stopped != nil {
		return nil, &sftpError{fmt.Sprintf("the SFTP server of %s does not answer", c.options), nil}
	}
	switch {
	case c.isLost():
		return nil, c.lostError()
	case !ok && err == nil:
		return nil, fmt.Errorf("%s has no SFTP server; %s", c.options, sftpCure)
	case err != nil:
		return nil, &sftpError{fmt.Sprintf("the SFTP server of %s can't be used", c.options), err}
	}
	if _, ok := client.HasExtension(posixRename); !ok {
		client.Close()
		return nil, fmt.Errorf("the SFTP server of %s can't replace a file in one step (extension %s); %s", c.options, posixRename, sftpCure)
	}
	return client, nil
}

// posixRename and fsync are extensions of OpenSSH's sftp server.
const (
	posixRename = "posix-rename@openssh.com"
	fsync       = "fsync@openssh.com"
)

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
