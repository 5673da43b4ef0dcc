package cli

import (
	"errors"

	"github.com/spf13/cobra"

	"git.example/slipway/pipelines"
	"git.example/slipway/pipelines/deploy/rollout"
)

func newRelease(g *globals) *cobra.Command {
	var publish pipelines.PublishOptions
	var o pipelines.DeployOptions
	var yes, dryRun, offline, build bool
	c := &cobra.Command{
		Use:   "release",
		Short: "Publish, then deploy",
		Example: `  slipway release --env staging
  slipway release --env prod --yes --lock-wait 10m
  slipway release --env prod --dry-run          # what it would do, before a merge
  slipway release --env prod --dry-run --build  # everything but the first write outside this machine`,
		RunE: func(c *cobra.Command, _ []string) error {
			if offline && !dryRun {
				return flagError{errors.New("--offline is for a plan: add --dry-run")}
			}
			if build && (!dryRun || offline) {
				return flagError{errors.New("--build is for a plan with access: add --dry-run, and leave out --offline")}
			}
			if dryRun {
				planned := dryRunOf(o, offline)
				planned.Build, planned.SkipChecks, planned.RerunChecks = build, publish.SkipChecks, publish.RerunChecks
				return plan(g, c.Context(), planned, planFlags{})
			}
			o.Confirm = g.confirm(yes)
			return g.deploy(c.Context(), func(p *pipelines.Project) (rollout.Result, error) { return p.Release(c.Context(), publish, o) })
		},
	}
	g.envFlag(c, &o.Env, "environment to publish for and to deploy to")
	dryRunFlags(c, &dryRun, &offline)
	c.Flags().BoolVar(&build, "build", false, "with --dry-run: run the checks, and build what no registry has into one of this machine")
	checksFlags(c, &publish)
	g.deployFlags(c, &o, &yes)
	return c
}
