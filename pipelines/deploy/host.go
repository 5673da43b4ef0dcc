package deploy

import (
	"context"
	"io"
	"io/fs"

	"git.example/slipway/pipelines/command"
)

// Host is a machine that something is deployed to: this one, or one behind
// SSH. It needs Docker, compose and a POSIX shell, nothing else. Paths are
// absolute. Methods are safe for several goroutines.
type Host interface {
	Files
	// Run runs a program to its end, as command.Command.Run does.
	Run(ctx context.Context, c command.Command, stdout, stderr io.Writer) error
}

// Files are a host's files. A path that does not exist is an error that wraps
// fs.ErrNotExist.
type Files interface {
	ReadFile(ctx context.Context, path string) ([]byte, error)
	// WriteFile makes the file whole or not at all: written aside, synced, renamed.
	// Missing directories are made.
	WriteFile(ctx context.Context, path string, data []byte, mode fs.FileMode) error
	// MkdirExclusive makes a directory, and its parents. One that exists is an
	// error that wraps fs.ErrExist: of several callers one succeeds.
	MkdirExclusive(ctx context.Context, path string) error
	// List is the names in a directory, sorted. None when it does not exist.
	List(ctx context.Context, path string) ([]string, error)
	// Remove removes a file, or a directory with all that is in it. What does
	// not exist is removed already.
	Remove(ctx context.Context, path string) error
}

// Distant is a host to which each question is a way there and back: what can be asked
// together is.
type Distant interface {
	Host
	// Distant tells it from other hosts.
	Distant()
}
