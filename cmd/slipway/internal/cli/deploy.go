package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"git.example/slipway/pipelines"
	"git.example/slipway/pipelines/deploy/rollout"
)

// deployFlags are the options of deploy, release and rollback that the command
// line adds.
type deployFlags struct {
	yes bool
}

func newDeploy(g *globals) *cobra.Command {
	var o pipelines.DeployOptions
	var flags deployFlags
	var dryRun bool
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
			if dryRun {
				return plan(g, c.Context(), pipelines.PlanOptions{Env: o.Env, Tag: o.Tag, Only: o.Only, Paths: o.Paths, NoTfvars: o.NoTfvars, AllowDiverged: o.AllowDiverged, Direct: o.Direct}, planFlags{})
			}
			if saved != "" {
				data, err := os.ReadFile(saved)
				if err != nil {
					return flagError{fmt.Errorf("reading the plan: %w", err)}
				}
				if o.Plan, err = pipelines.ReadSavedPlan(saved, data); err != nil {
					return err
				}
			}
			return deployTo(c.Context(), g, o, flags)
		},
	}
	g.envFlag(c, &o.Env, "environment to deploy to")
	c.Flags().StringVar(&o.Tag, "tag", "", "release to deploy (default: the newest one of this commit)")
	c.Flags().StringVar(&saved, "plan", "", "plan to apply, as slipway plan --out kept it: it is done exactly, or nothing is")
	c.Flags().BoolVar(&dryRun, "dry-run", false, "print the plan and change nothing")
	g.deployFlags(c, &o, &flags)
	return c
}

func (g *globals) deployFlags(c *cobra.Command, o *pipelines.DeployOptions, flags *deployFlags) {
	f := c.Flags()
	f.StringSliceVar(&o.Only, "only", nil, "target to deploy, or auto for those that differ from what is live (default: all, in their order)")
	f.StringSliceVar(&o.Paths, "paths", nil, "the only files or directories of git sync targets to change, such as dags/a.py")
	f.BoolVar(&o.AllowDiverged, "allow-diverged", false, "let an older or diverged commit replace the live one")
	f.BoolVar(&o.Direct, "direct", false, "deploy although the environment to promote from has not verified the release")
	f.BoolVar(&o.NoTfvars, "no-tfvars", false, "leave the tag maps of Terraform targets as they are; the tags are passed to this run")
	f.DurationVar(&o.LockWait, "lock-wait", 0, "how long to wait for a lock that another deploy holds, such as 10m")
	f.BoolVarP(&flags.yes, "yes", "y", false, "do not ask before changing a protected environment")
	g.failureReportFlag(c)
}

func deployTo(ctx context.Context, g *globals, o pipelines.DeployOptions, flags deployFlags) error {
	var result rollout.Result
	o.Confirm = g.confirm(flags)
	err := g.with(ctx, func(p *pipelines.Project) (err error) {
		result, err = p.Deploy(ctx, o)
		return err
	})
	if err != nil {
		return err
	}
	return g.print(result, func() { printDeployed(g, result) })
}

func printDeployed(g *globals, r rollout.Result) {
	if len(r.Plans) == 0 {
		fmt.Fprintf(g.env.Out, "Nothing to deploy: nothing differs from what is live (%s).\n", r.Entry.Tag)
		return
	}
	rows := [][]string{}
	for _, p := range r.Plans {
		for _, run := range r.Proofs[p.Target].Running {
			rows = append(rows, []string{run.Host, p.Target, run.Subject, short(run.Image), run.State})
		}
	}
	if len(rows) > 0 {
		hostTable(g.env.Out, []string{"TARGET", "SERVICE", "IMAGE", "STATE"}, rows)
	}
	fmt.Fprintf(g.env.Out, "\nRelease %s runs, proven by digest", r.Entry.Tag)
	if r.Previous != "" && r.Previous != r.Entry.Tag {
		fmt.Fprintf(g.env.Out, " (before: %s)", r.Previous)
	}
	fmt.Fprintln(g.env.Out, ".")
}

func newRelease(g *globals) *cobra.Command {
	var publish pipelines.PublishOptions
	var o pipelines.DeployOptions
	var flags deployFlags
	c := &cobra.Command{
		Use:   "release",
		Short: "Publish, then deploy",
		Example: `  slipway release --env staging
  slipway release --env prod --yes --lock-wait 10m`,
		RunE: func(c *cobra.Command, _ []string) error {
			ctx := c.Context()
			var result rollout.Result
			o.Confirm = g.confirm(flags)
			err := g.with(ctx, func(p *pipelines.Project) (err error) {
				result, err = p.Release(ctx, publish, o)
				return err
			})
			if err != nil {
				return err
			}
			return g.print(result, func() { printDeployed(g, result) })
		},
	}
	g.envFlag(c, &o.Env, "environment to publish for and to deploy to")
	publishFlags(g, c, &publish)
	g.deployFlags(c, &o, &flags)
	return c
}

func newRollback(g *globals) *cobra.Command {
	var o pipelines.RollbackOptions
	var flags deployFlags
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
			var result rollout.Result
			o.Confirm = g.confirm(flags)
			err := g.with(c.Context(), func(p *pipelines.Project) (err error) {
				result, err = p.Rollback(c.Context(), o)
				return err
			})
			if err != nil {
				return err
			}
			return g.print(result, func() { printDeployed(g, result) })
		},
	}
	g.envFlag(c, &o.Env, "environment to roll back")
	f := c.Flags()
	f.StringVar(&o.To, "to", "", "release to go back to (default: the last one before that verified)")
	f.StringVar(&secrets, "secrets", "current", "secrets of AWS to run with: current ones, or in the versions that were released")
	f.StringSliceVar(&o.Only, "only", nil, "target to bring back (default: all of the environment)")
	f.StringSliceVar(&o.Paths, "paths", nil, "the only files or directories of git sync targets to bring back, such as dags/a.py")
	f.StringArrayVar(&o.Down, "down", nil, `command that undoes migrations, run in the live release first, as "SERVICE: COMMAND"`)
	f.DurationVar(&o.LockWait, "lock-wait", 0*time.Second, "how long to wait for a lock that another deploy holds, such as 10m")
	f.BoolVarP(&flags.yes, "yes", "y", false, "do not ask before changing a protected environment")
	g.failureReportFlag(c)
	return c
}
