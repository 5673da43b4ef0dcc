package stack

import (
	"errors"
	"fmt"
	"strings"

	"git.example/slipway/pipelines/command"
	"git.example/slipway/pipelines/lazy"
)

// Failure leaves the script out of a failed script's error: what compose said
// is what matters.
func Failure(err error) error {
	var failed *command.Error
	if !errors.As(err, &failed) || failed.Stderr == "" || failed.ExitCode < 0 {
		return err
	}
	if strings.Contains(failed.Stderr, "unknown flag: --project-directory") {
		return errors.New("docker has no compose plugin there; install it (Debian and Ubuntu: package docker-compose-plugin or docker-compose-v2)")
	}
	if m := noEnvFile().FindStringSubmatch(failed.Stderr); m != nil {
		return fmt.Errorf("the env file %s is not there; make it by hand, or let slipway write it (env in slipway.yaml)", m[1])
	}
	return errors.New(failed.Stderr)
}

// noEnvFile is how compose says that the env file of a service is missing.
var noEnvFile = lazy.Regexp(`env file (.+?) not found`)
