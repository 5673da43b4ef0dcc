// Package cli is the command line: one file a command, each an options struct,
// a constructor and a run function. Results go to standard output; progress,
// notices and errors to standard error.
package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"git.example/slipway/pipelines"
	"git.example/slipway/pipelines/config"
	"git.example/slipway/pipelines/deploy/rollout"
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

// Main runs one command line and returns the exit code. A first interrupt ends
// what runs and cleans up, a second one leaves everything as it is.
func Main(args []string, env Environment) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	defer context.AfterFunc(ctx, func() { exitAtNextInterrupt(env) })()
	return run(ctx, args, env)
}

func exitAtNextInterrupt(env Environment) {
	again := make(chan os.Signal, 1)
	signal.Notify(again, os.Interrupt, syscall.SIGTERM)
	<-again
	if env.ErrTerminal {
		fmt.Fprint(env.Err, "\x1b[?25h\n") // the live progress hides the cursor
	}
	os.Exit(exitInterrupted)
}

func run(ctx context.Context, args []string, env Environment) int {
	root := newRoot(env)
	root.SetArgs(args)
	command, err := root.ExecuteContextC(ctx)
	if err == nil {
		return exitDone
	}
	var code exitError
	if errors.As(err, &code) {
		return int(code)
	}
	if ctx.Err() != nil {
		fmt.Fprintln(env.Err, interrupted(err))
		return exitInterrupted
	}
	fmt.Fprintf(env.Err, "error: %v\n", err)
	if isUsage(err) {
		if !isConfig(err) {
			fmt.Fprintf(env.Err, "\nSee '%s --help'.\n", command.CommandPath())
		}
		return exitUsage
	}
	return exitFailed
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

// exitError ends the process with a code and says nothing more.
type exitError int

func (e exitError) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

// flagError is a command line that cobra or pflag could not read.
type flagError struct{ error }

func isUsage(err error) bool {
	var flag flagError
	var usage *pipelines.UsageError
	return errors.As(err, &flag) || errors.As(err, &usage) || isConfig(err)
}

func isConfig(err error) bool {
	var invalid *config.Error
	return errors.As(err, &invalid)
}
