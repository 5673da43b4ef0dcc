package terraform

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"

	"git.example/slipway/pipelines/command"
)

// detached runs "$@" with its output in the file out. The shell outlives an
// interrupt of what it runs, and removes the directory, where a plan file may be,
// when the process that wanted the result is gone.
const detached = `dir=$1 owner=$2; shift 2
trap : INT TERM
"$@" >"$dir/out" 2>&1 </dev/null
status=$?
kill -0 "$owner" 2>/dev/null || rm -rf "$dir"
exit $status`

// run runs the program and copies what it prints to log. It is in a session of
// its own and writes to a file: it goes on when we are killed, so that nothing is
// left half-way and the lock of the state is not stranded. Cancelling ctx
// interrupts it; it then saves its state.
// Its output, and the plan if there is one, are in dir.
func (p *program) run(ctx context.Context, log io.Writer, dir string, args ...string) error {
	limited, cancel := context.WithTimeoutCause(ctx, p.module.timeout(), fmt.Errorf("it did not end within %s (timeout in slipway.yaml)", p.module.timeout()))
	defer cancel()
	c := p.command(args...)
	c.Args = append([]string{"sh", "-c", detached, "sh", dir, strconv.Itoa(os.Getpid())}, c.Args...)
	// What ran in the directory before has left its output, which is not this one's.
	if err := os.RemoveAll(filepath.Join(dir, "out")); err != nil {
		return fmt.Errorf("running %s %s: %w", p.name, args[0], err)
	}
	ended := make(chan error, 1)
	go func() { ended <- c.Run(limited, nil, nil) }()
	hidden := p.secrets.Writer(log)
	text, err := follow(filepath.Join(dir, "out"), hidden, ended)
	hidden.Close()
	var failed *command.Error
	switch {
	case err == nil:
		return nil
	case limited.Err() != nil:
		return fmt.Errorf("%s %s was interrupted: %w", p.name, args[0], context.Cause(limited))
	case errors.As(err, &failed) && failed.ExitCode >= 0:
		return p.failure(args[0], text)
	}
	return fmt.Errorf("running %s %s: %w", p.name, args[0], err)
}
