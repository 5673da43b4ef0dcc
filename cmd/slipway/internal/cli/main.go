// Package cli is the command line: one file a command, each an options struct,
// a constructor and a run function. Results go to standard output; progress,
// notices and errors to standard error.
package cli

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
)

// Main runs one command line and returns the exit code. A first interrupt ends
// what runs and cleans up, a second one leaves everything as it is.
func Main(args []string, env Environment) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	defer context.AfterFunc(ctx, func() { exitAtNextInterrupt(env) })()
	return run(ctx, args, env)
}

func run(ctx context.Context, args []string, env Environment) int {
	env, end := env.clean()
	defer end()
	root := newRoot(env)
	root.SetArgs(args)
	command, err := root.ExecuteContextC(ctx)
	code := exitCode(ctx, err)
	if err != nil && !saysNothing(err) {
		text := errorMessage(command.CommandPath(), code, err)
		if rest, is := strings.CutPrefix(text, "error:"); is {
			text = screen{env.color(env.ErrTerminal)}.red("error:") + rest
		}
		fmt.Fprintln(env.Err, text)
	}
	return code
}
