package cli

import (
	"errors"

	"github.com/spf13/cobra"

	"git.example/slipway/pipelines"
	"git.example/slipway/pipelines/deploy/rollout"
)

func newDeploy(g *globals) *cobra.Command {
	var o pipelines.DeployOptions
	var yes bool
	var dryRun, offline bool
	var saved string
	c := &cobra.Command{
		Use:   "deploy",
		Short: "Deploy a release to an environment",
		Long: `Deploys one release: pulls its images by digest, takes the environment's lock,
compares what runs with what should, changes just that, and proves by digest that
the release runs. When the new release does not become healthy, the one before it
is brought back and the command fails.`,
		Example: `  slipway deploy --env prod                  # the newest release of this commit
  slipway deploy --env prod --tag 75_db4b44b
  slipway deploy --plan plan.json            # what slipway plan --out kept
  slipway deploy --env prod --only auto      # the targets that differ from what is live
  slipway deploy --env prod --only dags --paths dags/daily.py
  slipway deploy --env prod --dry-run        # the same as slipway plan --env prod`,
		RunE: func(c *cobra.Command, _ []string) error {
			if dryRun && saved != "" {
				return flagError{errors.New("--dry-run makes a plan, and --plan applies one: use one of them")}
			}
			if offline && !dryRun {
				return flagError{errors.New("--offline is for a plan: add --dry-run")}
			}
			if dryRun {
				return plan(g, c.Context(), dryRunOf(o, offline), planFlags{})
			}
			var err error
			if o.Plan, err = readPlan(saved); err != nil {
				return err
			}
			o.Confirm = g.confirm(yes)
			return g.deploy(c.Context(), func(p *pipelines.Project) (rollout.Result, error) { return p.Deploy(c.Context(), o) })
		},
	}
	g.envFlag(c, &o.Env, "environment to deploy to")
	c.Flags().StringVar(&o.Tag, "tag", "", "release to deploy (default: the newest one of this commit)")
	c.Flags().StringVar(&saved, "plan", "", "plan to apply, as slipway plan --out kept it: it is done exactly, or nothing is")
	dryRunFlags(c, &dryRun, &offline)
	g.deployFlags(c, &o, &yes)
	return c
}

// dryRunFlags are the options of verbs that can print their plan instead.
func dryRunFlags(c *cobra.Command, dryRun, offline *bool) {
	c.Flags().BoolVar(dryRun, "dry-run", false, "print the plan and change nothing")
	c.Flags().BoolVar(offline, "offline", false, "with --dry-run: ask nothing outside the checkout")
}

// dryRunOf is the plan of a deploy.
func dryRunOf(o pipelines.DeployOptions, offline bool) pipelines.PlanOptions {
	return pipelines.PlanOptions{
		Env: o.Env, Tag: o.Tag, Only: o.Only, Paths: o.Paths, NoTfvars: o.NoTfvars, AllowDiverged: o.AllowDiverged, Direct: o.Direct, Offline: offline,
	}
}
