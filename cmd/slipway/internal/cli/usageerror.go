package cli

import (
	"errors"

	"github.com/spf13/cobra"

	"git.example/slipway/pipelines"
	"git.example/slipway/pipelines/config"
)

// flagError is a command line that cobra or pflag could not read.
type flagError struct{ error }

// isUsage says whether the command line or slipway.yaml has to be changed.
func isUsage(err error) bool {
	var flag flagError
	var usage *pipelines.UsageError
	return errors.As(err, &flag) || errors.As(err, &usage) || isConfig(err)
}

// isConfig says whether it is slipway.yaml.
func isConfig(err error) bool {
	var invalid *config.Error
	return errors.As(err, &invalid)
}

// refuseArgsAsUsage makes wrong arguments end with the exit code of wrong usage.
func refuseArgsAsUsage(c *cobra.Command) {
	args := c.Args
	if args == nil {
		args = cobra.NoArgs
	}
	c.Args = func(c *cobra.Command, words []string) error {
		if err := args(c, words); err != nil {
			return flagError{err}
		}
		return nil
	}
}
