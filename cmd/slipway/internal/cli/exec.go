package cli

import (
	"errors"
	"os"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"git.example/slipway/pipelines"
	"git.example/slipway/pipelines/command"
	"git.example/slipway/pipelines/ssh"
)

func newExec(g *globals) *cobra.Command {
	var o pipelines.ExecOptions
	var interactive, tty, raw bool
	c := &cobra.Command{
		Use:   "exec SERVICE COMMAND [ARG...]",
		Short: "Run a command in a running container",
		Long: `Runs a command in a container of a service, on the first host of the environment
unless --host names another. Its exit code is that of the command.

At a terminal and in the log of a CI run the output is shown without what could
control them: colours stay, other escape sequences go. A file or a pipe gets it byte
by byte; in CI a pipe may be the log, so say --raw there.`,
		Example: `  slipway exec --env prod web printenv RELEASE
  slipway exec --env prod -it web sh`,
		Args: cobra.MinimumNArgs(2),
		RunE: func(c *cobra.Command, words []string) error {
			o.Service, o.Command = words[0], words[1:]
			o.Out, o.Err = g.env.Out, g.env.Err
			if tty || raw || !g.isRead() {
				o.Out = g.env.raw.out
			}
			if tty {
				o.Err = g.env.raw.err
			}
			if interactive {
				o.In = g.env.In
			}
			err := g.with(c.Context(), func(p *pipelines.Project) error {
				if tty {
					restore, err := g.terminal(&o)
					if err != nil {
						return err
					}
					defer restore()
				}
				return p.Exec(c.Context(), o)
			})
			if code := command.ExitCode(err); code > 0 {
				return exitError(code)
			}
			return err
		},
	}
	g.hostFlags(c, &o.HostOptions, "environment to run it in")
	f := c.Flags()
	f.SetInterspersed(false) // the command's own flags are not ours
	f.BoolVarP(&interactive, "interactive", "i", false, "pass on standard input")
	f.BoolVarP(&tty, "tty", "t", false, "give the command a terminal")
	f.BoolVar(&raw, "raw", false, "pass on standard output byte by byte, whatever it is")
	f.IntVar(&o.Number, "index", 1, "which container of the service, from 1")
	return c
}

// isRead says that people or a runner read standard output: it is a terminal, or in CI
// no file.
func (g *globals) isRead() bool {
	if g.env.OutTerminal {
		return true
	}
	for _, name := range []string{"CI", "GITHUB_ACTIONS", "TF_BUILD", "TEAMCITY_VERSION"} {
		if g.env.set(name) {
			return !g.env.outIsFile()
		}
	}
	return false
}

// terminal puts the terminal that the command gets into raw mode, and gives a
// function that ends that.
func (g *globals) terminal(o *pipelines.ExecOptions) (restore func(), err error) {
	in, ok := g.env.In.(*os.File)
	if !ok || !g.env.InTerminal {
		return nil, flagError{errors.New("--tty needs a terminal as standard input")}
	}
	fd := int(in.Fd())
	width, height, err := term.GetSize(fd)
	if err != nil {
		return nil, err
	}
	name, _ := g.env.Lookup("TERM")
	o.PTY = &ssh.PTY{Term: name, Width: width, Height: height}
	state, err := term.MakeRaw(fd)
	if err != nil {
		return nil, err
	}
	return func() { _ = term.Restore(fd, state) }, nil // nothing more can be done
}
