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
	var interactive, tty bool
	c := &cobra.Command{
		Use:   "exec SERVICE COMMAND [ARG...]",
		Short: "Run a command in a running container",
		Long: `Runs a command in a container of a service, on the first host of the environment
unless --host names another. Its exit code is that of the command.`,
		Example: `  slipway exec --env prod web printenv RELEASE
  slipway exec --env prod -it web sh`,
		Args: cobra.MinimumNArgs(2),
		RunE: func(c *cobra.Command, words []string) error {
			o.Service, o.Command = words[0], words[1:]
			o.Out, o.Err = g.env.Out, g.env.Err
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
	f.IntVar(&o.Number, "index", 1, "which container of the service, from 1")
	return c
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
