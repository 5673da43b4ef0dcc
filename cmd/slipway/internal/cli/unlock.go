package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"git.example/slipway/pipelines"
	"git.example/slipway/pipelines/deploy/journal"
)

func newUnlock(g *globals) *cobra.Command {
	var o pipelines.UnlockOptions
	c := &cobra.Command{
		Use:   "unlock",
		Short: "Let deploys into an environment again",
		Long: `Frees a lock that was taken by hand. The lock of a deploy that was killed expires by
itself; --force takes it from one that still runs, which then stops.`,
		Example: `  slipway unlock --env prod
  slipway unlock --env prod --force`,
		RunE: func(c *cobra.Command, _ []string) error {
			var held *journal.LockInfo
			err := g.with(c.Context(), func(p *pipelines.Project) (err error) {
				held, err = p.Unlock(c.Context(), o)
				return err
			})
			if err != nil {
				return err
			}
			return g.print(held, func() {
				if held == nil {
					fmt.Fprintln(g.env.Out, "Nobody held the lock.")
					return
				}
				fmt.Fprintf(g.env.Out, "Unlocked. It was held by %s.\n", held)
			})
		},
	}
	g.envFlag(c, &o.Env, "environment to unlock")
	c.Flags().BoolVar(&o.Force, "force", false, "take it from a deploy that runs, too")
	return c
}
