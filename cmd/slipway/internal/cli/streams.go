package cli

import (
	"io"
	"os"

	"golang.org/x/term"
)

// Environment is what a command reads and writes, injected so that tests run
// commands in their own process.
type Environment struct {
	In       io.Reader
	Out, Err io.Writer
	// InTerminal, OutTerminal and ErrTerminal say which of them are terminals.
	InTerminal, OutTerminal, ErrTerminal bool
	// Lookup reads environment variables.
	Lookup func(name string) (string, bool)
}

// System is this process's own environment.
func System() Environment {
	return Environment{
		In: os.Stdin, Out: os.Stdout, Err: os.Stderr,
		InTerminal:  term.IsTerminal(int(os.Stdin.Fd())),
		OutTerminal: term.IsTerminal(int(os.Stdout.Fd())),
		ErrTerminal: term.IsTerminal(int(os.Stderr.Fd())),
		Lookup:      os.LookupEnv,
	}
}

// set says whether an environment variable turns something on.
func (e Environment) set(name string) bool {
	value, ok := e.Lookup(name)
	return ok && value != "" && value != "false" && value != "0"
}
