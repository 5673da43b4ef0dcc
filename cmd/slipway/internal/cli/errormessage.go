package cli

import (
	"errors"
	"fmt"

	"git.example/slipway/pipelines/deploy/rollout"
)

// errorMessage is what a command that failed says, and where to read on when it
// was called wrongly.
func errorMessage(command string, code int, err error) string {
	switch {
	case code == exitInterrupted:
		return interrupted(err)
	case code == exitUsage && !isConfig(err):
		return fmt.Sprintf("error: %v\n\nSee '%s --help'.", err, command)
	}
	return fmt.Sprintf("error: %v", err)
}

// interrupted is what an interrupted command says. When it had begun to change
// a target, that is what runs there now.
func interrupted(err error) string {
	var failure *rollout.Failure
	if errors.As(err, &failure) && failure.Changed {
		return fmt.Sprintf("interrupted: %v", err)
	}
	return "interrupted"
}
