package compose

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	"git.example/slipway/pipelines/command"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/shell"
)

// script is a script for the stack's host.
type script struct{ shell.Script }

// stopContainers stops containers as gracefully as they ask for, and removes
// them; some may be gone already.
func (s *script) stopContainers(ids []string) {
	s.Raw(shell.Words(append([]string{"docker", "stop"}, ids...)...) + " || true")
	s.Line(append([]string{"docker", "rm", "-f"}, ids...)...)
}

// run runs the script.
func (t *Target) run(ctx context.Context, s *script, stdout, stderr io.Writer) error {
	return t.Host.Run(ctx, s.Command(), stdout, stderr)
}

// output is what a script prints that changes nothing: it may run twice.
func (t *Target) output(ctx context.Context, s *script) ([]byte, error) {
	var out bytes.Buffer
	err := deploy.Again(ctx, func() error {
		out.Reset()
		return t.run(ctx, s, &out, nil)
	})
	return out.Bytes(), err
}

// scriptError leaves the script out of a failed script's error: what compose
// said is what matters.
func scriptError(err error) error {
	var failed *command.Error
	if !errors.As(err, &failed) || failed.Stderr == "" || failed.ExitCode < 0 {
		return err
	}
	if strings.Contains(failed.Stderr, "unknown flag: --project-directory") {
		return errors.New("docker has no compose plugin there; install it (Debian and Ubuntu: package docker-compose-plugin or docker-compose-v2)")
	}
	if m := noEnvFile.FindStringSubmatch(failed.Stderr); m != nil {
		return fmt.Errorf("the env file %s is not there; make it by hand, or let slipway write it (env in slipway.yaml)", m[1])
	}
	return errors.New(failed.Stderr)
}

// noEnvFile is how compose says that the env file of a service is missing.
var noEnvFile = regexp.MustCompile(`env file (.+?) not found`)
