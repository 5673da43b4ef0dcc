package cli

import (
	"github.com/spf13/cobra"

	"git.example/slipway/pipelines"
	"git.example/slipway/pipelines/deploy/rollout"
)

func newRelease(g *globals) *cobra.Command {
	var publish pipelines.PublishOptions
	var o pipelines.DeployOptions
	var yes bool
	c := &cobra.Command{
		Use:   "release",
		Short: "Publish, then deploy",
		Example: `  slipway release --env staging
  slipway release --env prod --yes --lock-wait 10m`,
		RunE: func(c *cobra.Command, _ []string) error {
			o.Confirm = g.confirm(yes)
			return g.deploy(c.Context(), func(p *pipelines.Project) (rollout.Result, error) { return p.Release(c.Context(), publish, o) })
		},
	}
	g.envFlag(c, &o.Env, "environment to publish for and to deploy to")
	checksFlags(c, &publish)
	g.deployFlags(c, &o, &yes)
	return c
}
