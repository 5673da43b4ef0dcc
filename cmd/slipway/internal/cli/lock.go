package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"git.example/slipway/pipelines"
	"git.example/slipway/pipelines/deploy/journal"
)

func newLock(g *globals) *cobra.Command {
	var o pipelines.LockOptions
	var status bool
	c := &cobra.Command{
		Use:   "lock",
		Short: "Keep deploys out of an environment",
		Long: `Takes an environment's lock by hand. Nobody deploys there until slipway unlock; this
lock never expires.`,
		Example: `  slipway lock --env prod --message "database maintenance until 14:00"
  slipway lock --env prod --status`,
		RunE: func(c *cobra.Command, _ []string) error {
			if status {
				return lockStatus(g, c, o.Env)
			}
			var info journal.LockInfo
			err := g.with(c.Context(), func(p *pipelines.Project) (err error) {
				info, err = p.Lock(c.Context(), o)
				return err
			})
			if err != nil {
				return err
			}
			return g.print(info, func() {
				fmt.Fprintln(g.env.Out, "Locked. Nobody deploys here until slipway unlock.")
			})
		},
	}
	g.envFlag(c, &o.Env, "environment to lock")
	c.Flags().StringVarP(&o.Message, "message", "m", "", "why, for whoever wants to deploy meanwhile")
	c.Flags().BoolVar(&status, "status", false, "say who holds the lock and change nothing")
	return c
}

func lockStatus(g *globals, c *cobra.Command, env string) error {
	var held *journal.LockInfo
	err := g.with(c.Context(), func(p *pipelines.Project) (err error) {
		held, err = p.Locked(c.Context(), env)
		return err
	})
	if err != nil {
		return err
	}
	return g.print(held, func() {
		if held == nil {
			fmt.Fprintln(g.env.Out, "Nobody holds the lock.")
			return
		}
		fmt.Fprintf(g.env.Out, "Held by %s.\n", held)
	})
}
