package ssh

import (
	"fmt"
	"time"
)

// Shell is what a host's login shell does before it runs what it is asked to.
type Shell struct {
	// Took is how long it was until it did.
	Took time.Duration
	// Prints is what came on standard output before; empty for most hosts.
	Prints string
	// Cause says what prints that, and what to do about it; empty when nothing does.
	Cause string
}

// ShellError is a login shell that does not run what it is asked to.
type ShellError struct {
	// Host is the destination.
	Host string
	// Reason says what it does instead, and what to do about it.
	Reason string
}

func (e *ShellError) Error() string {
	return fmt.Sprintf("%s can't run programs: %s", e.Host, e.Reason)
}

// askedShell is what came of asking a login shell.
type askedShell struct {
	found Shell
	err   error
}
