package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"git.example/slipway/pipelines"
	"git.example/slipway/pipelines/deploy"
)

func newPlan(g *globals) *cobra.Command {
	var o pipelines.PlanOptions
	var flags planFlags
	c := &cobra.Command{
		Use:   "plan",
		Short: "Show everything that a deploy would do",
		Long: `Shows what a deploy would change on each target. For a checkout that is not
published, clean or not, it shows which images a publish would build and which it
would reuse, and plans the release that publishing would make. What a deploy would
refuse, such as an older commit or a lock, is said as well. What can't be looked at
is said, and ends with exit code 1 after everything else; --offline looks at the
checkout alone, and --build runs the checks and builds what no registry has, into a
registry that only dry runs of this machine read. Nothing is changed. A plan that is kept with --out is pinned to what it saw: its
deploy does exactly that, or nothing.`,
		Example: `  slipway plan --env prod
  slipway plan --env prod --offline          # before a push: needs no access to anything
  slipway plan --env prod --build            # with the digests of a real build, after the checks
  slipway plan --offline --all               # in a pull request
  slipway plan --env prod --out plan.json && slipway deploy --plan plan.json
  slipway plan --env prod --tag 75_db4b44b --json
  slipway plan --env prod --detailed-exitcode || echo "changes (3), refused (4), or an error"`,
		RunE: func(c *cobra.Command, _ []string) error {
			switch {
			case flags.all && !o.Offline:
				return flagError{errors.New("--all plans every environment from the checkout alone: add --offline")}
			case flags.all && (o.Env != "" || o.Tag != "" || len(o.Only) > 0 || flags.out != ""):
				return flagError{errors.New("--all is for every environment and all of its targets: leave out --env, --tag, --only and --out")}
			case o.Offline && o.Tag != "":
				return flagError{errors.New("--offline plans this checkout; a published release is in a registry: leave out --tag")}
			case o.Build && (o.Offline || o.Tag != "" || flags.out != ""):
				return flagError{errors.New("--build plans what is not published, with images that only this machine has: leave out --offline, --tag and --out")}
			case flags.all:
				return planAll(g, c.Context(), o, flags)
			}
			return plan(g, c.Context(), o, flags)
		},
	}
	g.envFlag(c, &o.Env, "environment to plan for")
	c.Flags().StringVar(&o.Tag, "tag", "", "release to plan (default: the newest one of this commit)")
	c.Flags().BoolVar(&o.NoTfvars, "no-tfvars", false, "plan for a deploy with --no-tfvars")
	c.Flags().StringSliceVar(&o.Only, "only", nil, "target to plan, or auto for those that differ from what is live (default: all)")
	c.Flags().StringSliceVar(&o.Paths, "paths", nil, "the only files or directories of git sync targets to change, such as dags/a.py")
	c.Flags().StringVarP(&flags.out, "out", "o", "", "file to keep the plan in, for deploy --plan")
	c.Flags().BoolVar(&flags.detailed, "detailed-exitcode", false, "end with exit code 3 when there are changes, and with 4 when a deploy would be refused")
	c.Flags().BoolVar(&o.AllowDiverged, "allow-diverged", false, "plan for a deploy with --allow-diverged")
	c.Flags().BoolVar(&o.Offline, "offline", false, "ask nothing outside the checkout: no registry, host, cloud, secret or Docker")
	c.Flags().BoolVar(&o.Build, "build", false, "run the checks, and build what no registry has into one of this machine")
	c.Flags().BoolVar(&flags.all, "all", false, "with --offline: plan every environment")
	c.Flags().BoolVar(&o.Direct, "direct", false, "plan for a deploy with --direct")
	return c
}

// planFlags are the options of plan that the command line adds.
type planFlags struct {
	detailed bool
	all      bool
	out      string
}

func plan(g *globals, ctx context.Context, o pipelines.PlanOptions, flags planFlags) error {
	var planned pipelines.Planned
	err := g.with(ctx, func(p *pipelines.Project) (err error) {
		if planned, err = p.Plan(ctx, o); err != nil || flags.out == "" {
			return err
		}
		data, err := p.Save(ctx, planned, o)
		if err != nil {
			return err
		}
		return deploy.LocalHost{}.WriteFile(ctx, flags.out, data, 0o600)
	})
	if err != nil {
		return err
	}
	if err := g.print(planned, func() { printPlan(g, planned) }); err != nil {
		return err
	}
	return planExit(flags, planned)
}

// planAll plans every environment.
func planAll(g *globals, ctx context.Context, o pipelines.PlanOptions, flags planFlags) error {
	var all []pipelines.Planned
	err := g.with(ctx, func(p *pipelines.Project) error {
		for _, name := range p.Config.Environments.Names() {
			o.Env = name
			planned, err := p.Plan(ctx, o)
			if err != nil {
				return err
			}
			all = append(all, planned)
		}
		return nil
	})
	if err != nil {
		return err
	}
	show := func() {
		for i, planned := range all {
			if i > 0 {
				fmt.Fprintln(g.env.Out)
			}
			printPlan(g, planned)
		}
	}
	if err := g.print(append([]pipelines.Planned{}, all...), show); err != nil {
		return err
	}
	return planExit(flags, all...)
}

// planExit is the exit code of plans: that of the worst.
func planExit(flags planFlags, all ...pipelines.Planned) error {
	code := exitDone
	for _, planned := range all {
		switch {
		case !planned.Whole():
			return exitError(exitFailed)
		case flags.detailed && len(planned.Refused) > 0:
			code = exitRefused
		case flags.detailed && !planned.Empty() && code == exitDone:
			code = exitChanges
		}
	}
	if code == exitDone {
		return nil
	}
	return exitError(code)
}

func printPlan(g *globals, p pipelines.Planned) {
	out := g.env.Out
	fmt.Fprintf(out, "Environment %s, release %s", screenOf(g).bold(p.Environment), screenOf(g).bold(p.Tag))
	if !p.Published {
		fmt.Fprint(out, " (not published yet)")
	}
	fmt.Fprint(out, "\n\n")
	printShipping(g, p.Shipping)
	if len(p.Images) > 0 {
		rows := make([][]string, len(p.Images))
		for i, image := range p.Images {
			rows[i] = []string{image.Name, string(image.Action), orDash(short(image.Digest)), image.Content}
		}
		printTable(g, []string{"IMAGE", "ACTION", "DIGEST", "CONTENT"}, rows)
		if slices.ContainsFunc(p.Images, builtForPlan) {
			fmt.Fprintln(out, "Digests of images to build are those of a build for this plan: publishing builds anew.")
		}
		fmt.Fprintln(out)
	}
	if len(p.Checks) > 0 {
		checkTable(g, p.Checks)
		fmt.Fprintln(out)
	}
	if p.First {
		fmt.Fprintf(out, "First deploy to %s.\n\n", p.Environment)
	}
	for _, target := range p.Targets {
		printTargetPlan(g, target)
	}
	for _, wrong := range p.Wrong {
		printLine(g, 0, screenOf(g).red("Wrong:")+" "+wrong)
	}
	for _, u := range p.Unseen {
		printLine(g, 0, screenOf(g).yellow("Not seen:")+" "+u.Subject+": "+u.Why)
	}
	for _, why := range p.Refused {
		printLine(g, 0, screenOf(g).red("A deploy would be refused:")+" "+why)
	}
	switch {
	case len(p.Wrong) > 0:
		fmt.Fprintln(out, "Correct what is wrong, and plan again.")
	case !p.Published && p.Whole() && !p.Offline:
		fmt.Fprintln(out, "Next: `slipway release` publishes it and does this.")
	case p.Empty() && len(p.Refused) == 0 && len(p.Unseen) == 0:
		fmt.Fprintln(out, "Nothing to do: the release runs.")
	}
}

// builtForPlan says that an image was built with --build.
func builtForPlan(i pipelines.ImagePlan) bool {
	return i.Action == pipelines.BuildImage && i.Digest != ""
}

// changeLine reads as "replace  web  registry/web@1 -> registry/web@2  (why)".
func changeLine(c deploy.Change) string {
	line := fmt.Sprintf("%-8s %s", c.Kind, c.Subject)
	switch {
	case c.Before != "" && c.After != "" && c.Before != c.After:
		line += fmt.Sprintf("  %s -> %s", c.Before, c.After)
	case c.After != "":
		line += "  " + c.After
	}
	if c.Note != "" {
		line += "  (" + c.Note + ")"
	}
	return line
}

func printTargetPlan(g *globals, p deploy.Plan) {
	out := g.env.Out
	fmt.Fprintf(out, "Target %s:\n", screenOf(g).bold(p.Target))
	var rows [][]string
	for _, c := range p.Changes {
		rows = append(rows, []string{"  " + deploy.ShortHosts(c.Hosts), changeLine(c)})
	}
	if slices.ContainsFunc(p.Changes, func(c deploy.Change) bool { return len(c.Hosts) > 0 }) {
		printTable(g, []string{"  HOSTS", "CHANGE"}, rows)
	} else {
		for i, row := range rows {
			printLine(g, 2, screenOf(g).change(p.Changes[i].Kind, row[1]))
		}
	}
	for _, line := range p.Contents {
		printLine(g, 2, line)
	}
	if len(p.Unchanged) > 0 {
		printLine(g, 2, "unchanged: "+strings.Join(p.Unchanged, ", "))
	}
	for _, note := range p.Notes {
		printLine(g, 2, screenOf(g).yellow("note:")+" "+note)
	}
	fmt.Fprintln(out)
}
