package cli

import (
	"io"
	"os"

	"golang.org/x/term"

	"git.example/slipway/pipelines/foreign"
)

// Environment is what a command reads and writes, injected so that tests run
// commands in their own process.
type Environment struct {
	In       io.Reader
	Out, Err io.Writer
	// InTerminal, OutTerminal and ErrTerminal say which of them are terminals.
	InTerminal, OutTerminal, ErrTerminal bool
	// raw are Out and Err for what writes commands of a runner or of a terminal
	// itself, or bytes that are no text. All else goes through package foreign.
	raw struct{ out, err io.Writer }
	// Width is how many columns standard output has; 0 where it is no terminal. Nil is 0.
	Width func() int
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
		Width:       func() int { return columns(os.Stdout) },
		Lookup:      os.LookupEnv,
	}
}

// clean is the environment with an Out and an Err that foreign text can go to. End
// passes on what still waits in them.
func (e Environment) clean() (clean Environment, end func()) {
	out, err := foreign.Writer(e.Out), foreign.Writer(e.Err)
	e.raw.out, e.raw.err = e.Out, e.Err
	e.Out, e.Err = out, err
	return e, func() {
		_ = out.Close() // a closed standard output is no failure of the command
		_ = err.Close()
	}
}

// outIsFile says that standard output goes into a file.
func (e Environment) outIsFile() bool {
	file, ok := e.raw.out.(*os.File)
	if !ok {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode().IsRegular()
}

// columns is how wide a terminal is; 0 when f is none, or when it does not say.
func columns(f *os.File) int {
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0
	}
	return width
}

// width is how many columns a result may have; 0 for as many as it needs.
func (e Environment) width() int {
	if e.Width == nil || !e.OutTerminal {
		return 0
	}
	return e.Width()
}

// moves says that what is on the terminal can be drawn anew: not on one that is
// dumb, and not in CI, where a terminal is a log as well.
func (e Environment) moves() bool {
	kind, _ := e.Lookup("TERM")
	return kind != "dumb" && !e.set("CI")
}

// set says whether an environment variable turns something on.
func (e Environment) set(name string) bool {
	value, ok := e.Lookup(name)
	return ok && value != "" && value != "false" && value != "0"
}
