package cli

import (
	"context"
	"errors"
	"fmt"
)

// Exit codes of every command.
const (
	exitDone        = 0
	exitFailed      = 1
	exitUsage       = 2
	exitChanges     = 3
	exitRefused     = 4
	exitInterrupted = 130
)

// exitCode is the one that a command line ends with.
func exitCode(ctx context.Context, err error) int {
	var code exitError
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &code):
		return int(code)
	case ctx.Err() != nil:
		return exitInterrupted
	case isUsage(err):
		return exitUsage
	}
	return exitFailed
}

// exitError ends the process with a code and says nothing more.
type exitError int

func (e exitError) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

// saysNothing is true of an error that is only an exit code.
func saysNothing(err error) bool {
	var code exitError
	return errors.As(err, &code)
}
