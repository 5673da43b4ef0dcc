package cli

import (
	"github.com/spf13/cobra"

	"git.example/slipway/pipelines"
	"git.example/slipway/pipelines/deploy"
)

func newSetup(g *globals) *cobra.Command {
	var o pipelines.HostOptions
	c := &cobra.Command{
		Use:   "setup",
		Short: "Try on hosts all that a deploy does there",
		Long: `Does on every host of an environment what a deploy does there, each step for
real, and undoes it again: sessions and the login shell, files, programs, Docker,
compose, a pull with the deploy's login, the journal, space. Nothing stays on the
host. Says what to do where something does not work, and ends with exit code 1
then.`,
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
