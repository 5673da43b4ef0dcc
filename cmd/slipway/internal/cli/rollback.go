package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"git.example/slipway/pipelines"
	"git.example/slipway/pipelines/deploy/rollout"
)

func newRollback(g *globals) *cobra.Command {
	var o pipelines.RollbackOptions
	var yes bool
	var secrets string
	c := &cobra.Command{
		Use:   "rollback",
		Short: "Go back to the last release that verified",
		Long: `Brings back the last release before the live one that verified, or the one that
--to names. It uses the files recorded with that release; nothing is built.`,
		Example: `  slipway rollback --env prod
  slipway rollback --env prod --to 74_1c9e2f0
  slipway rollback --env prod --secrets released
  slipway rollback --env prod --only dags
  slipway rollback --env prod --to 74_1c9e2f0 --paths dags/daily.py,dags/lib
  slipway rollback --env prod --down "app: rake db:rollback STEP=2"`,
		RunE: func(c *cobra.Command, _ []string) error {
			if secrets != "current" && secrets != "released" {
				return flagError{fmt.Errorf("--secrets is current or released, not %q", secrets)}
			}
			o.ReleasedSecrets = secrets == "released"
			o.Confirm = g.confirm(yes)
			return g.deploy(c.Context(), func(p *pipelines.Project) (rollout.Result, error) { return p.Rollback(c.Context(), o) })
		},
	}
	g.envFlag(c, &o.Env, "environment to roll back")
	f := c.Flags()
	f.StringVar(&o.To, "to", "", "release to go back to (default: the last one before that verified)")
	f.StringVar(&secrets, "secrets", "current", "secrets of AWS to run with: current ones, or in the versions that were released")
	f.StringSliceVar(&o.Only, "only", nil, "target to bring back (default: all of the environment)")
	f.StringSliceVar(&o.Paths, "paths", nil, "the only files or directories of git sync targets to bring back, such as dags/a.py")
	f.StringArrayVar(&o.Down, "down", nil, `command that undoes migrations, run in the live release first, as "SERVICE: COMMAND"`)
	g.liveFlags(c, &o.LockWait, &yes)
	return c
}
