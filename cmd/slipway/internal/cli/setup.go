package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"git.example/slipway/pipelines"
	"git.example/slipway/pipelines/deploy"
)

func newSetup(g *globals) *cobra.Command {
	var o pipelines.HostOptions
	c := &cobra.Command{
		Use:   "setup",
		Short: "Check that hosts have what deploys need",
		Long: `Looks at every host of an environment: whether it can be reached, Docker, compose,
git, permissions, disk space. Changes nothing and says what to do. Ends with exit
code 1 when a host is not ready.`,
		Example: `  slipway setup --env prod
  slipway setup --env prod --host app1.example.com`,
		RunE: func(c *cobra.Command, _ []string) error {
			var findings []deploy.Finding
			err := g.with(c.Context(), func(p *pipelines.Project) (err error) {
				findings, err = p.Setup(c.Context(), o)
				return err
			})
			if err != nil {
				return err
			}
			if err := g.print(findings, func() { printSetup(g, findings) }); err != nil {
				return err
			}
			for _, f := range findings {
				if !f.OK {
					return exitError(exitFailed)
				}
			}
			return nil
		},
	}
	g.hostFlags(c, &o, "environment to check")
	return c
}

func printSetup(g *globals, findings []deploy.Finding) {
	rows := make([][]string, len(findings))
	ready := true
	for i, f := range findings {
		state := "ok"
		if !f.OK {
			state, ready = "missing", false
		}
		host := f.Host
		if host == "" {
			host = "this machine"
		}
		rows[i] = []string{host, f.Target, f.Subject, state, orDash(f.Found), orDash(f.Advice)}
	}
	table(g.env.Out, []string{"HOST", "TARGET", "CHECK", "STATE", "FOUND", "WHAT TO DO"}, rows)
	if ready {
		fmt.Fprintln(g.env.Out, "\nReady to deploy to.")
	}
}
