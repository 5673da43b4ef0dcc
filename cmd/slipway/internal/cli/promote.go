package cli

import (
	"github.com/spf13/cobra"

	"git.example/slipway/pipelines"
	"git.example/slipway/pipelines/deploy/rollout"
)

func newPromote(g *globals) *cobra.Command {
	var o pipelines.PromoteOptions
	var yes bool
	c := &cobra.Command{
		Use:   "promote",
		Short: "Bring the release of one environment to the next",
		Long: `Copies a release by digest from one environment's registry to the next one's and
deploys it there. Nothing is rebuilt. A release that the first environment has not
verified is refused.`,
		Example: `  slipway promote --env prod                  # what runs in prod's promote-from
  slipway promote --env prod --tag 75_db4b44b
  slipway promote --env prod --from qa`,
		RunE: func(c *cobra.Command, _ []string) error {
			o.Confirm = g.confirm(yes)
			return g.deploy(c.Context(), func(p *pipelines.Project) (rollout.Result, error) { return p.Promote(c.Context(), o) })
		},
	}
	g.envFlag(c, &o.Env, "environment to promote to")
	c.Flags().StringVar(&o.From, "from", "", "environment to promote from (default: promote-from of the environment)")
	c.Flags().StringVar(&o.Tag, "tag", "", "release to promote (default: the one that runs there)")
	g.deployFlags(c, &o.DeployOptions, &yes)
	return c
}
