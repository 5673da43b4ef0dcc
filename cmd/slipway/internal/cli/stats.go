package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"git.example/slipway/pipelines"
)

func newStats(g *globals) *cobra.Command {
	var o pipelines.StatsOptions
	c := &cobra.Command{
		Use:   "stats",
		Short: "Show deploys a week, lead time, failures and time to restore",
		Long: `Counts the deploys of each environment, from its journal alone: how many a week
brought a release live, how long a commit takes until it is live, which share failed or
was rolled back, and how long it took until what ran worked again.`,
		Example: `  slipway stats
  slipway stats --env prod --weeks 52
  slipway stats --json`,
		RunE: func(c *cobra.Command, _ []string) error {
			if o.Weeks < 1 || o.Weeks > mostWeeks {
				return flagError{fmt.Errorf("--weeks is 1 to %d, not %d", mostWeeks, o.Weeks)}
			}
			var all []pipelines.EnvironmentStats
			err := g.with(c.Context(), func(p *pipelines.Project) (err error) {
				all, err = p.View().Stats(c.Context(), o)
				return err
			})
			if err != nil {
				return err
			}
			if err := g.print(orEmpty(all), func() { printStats(g, all, o.Weeks) }); err != nil {
				return err
			}
			for _, s := range all {
				if s.Error != "" {
					return exitError(exitFailed)
				}
			}
			return nil
		},
	}
	c.Flags().StringSliceVarP(&o.Envs, "env", "e", nil, "environment to count (default: all)")
	_ = c.RegisterFlagCompletionFunc("env", g.completeNames(func(p *pipelines.Project) []string { return p.Config.Environments.Names() }))
	c.Flags().IntVar(&o.Weeks, "weeks", 12, "how many weeks back")
	return c
}

// mostWeeks is ten years.
const mostWeeks = 520

func printStats(g *globals, all []pipelines.EnvironmentStats, weeks int) {
	s := screenOf(g)
	fmt.Fprintf(g.env.Out, "The last %d weeks\n\n", weeks)
	rows := make([][]string, len(all))
	for i, e := range all {
		rows[i] = []string{s.bold(e.Environment), fmt.Sprintf("%.1f a week (%d)", e.DeploysPerWeek, e.Deploys), took(e.LeadTime), shareOf(e), took(e.TimeToRestore), trend(e.ByWeek)}
	}
	printTable(g, []string{"ENVIRONMENT", "DEPLOYS", "LEAD TIME", "FAILED", "TIME TO RESTORE", "BY WEEK"}, rows)
	for _, e := range all {
		if e.Error != "" {
			printLine(g, 0, s.bold(e.Environment)+": "+firstLine(e.Error))
		}
	}
}

func took(d pipelines.Durations) string {
	if d.Count == 0 {
		return "-"
	}
	return span(d.Median)
}

func shareOf(e pipelines.EnvironmentStats) string {
	if e.Deploys == 0 && e.Failed == 0 {
		return "-"
	}
	return fmt.Sprintf("%.0f%% (%d)", e.FailedShare*100, e.Failed)
}

// bars are the heights of a line of the trend.
const bars = "▁▂▃▄▅▆▇█"

// trend draws deploys by week, of the last twelve.
func trend(weeks []pipelines.Week) string {
	weeks = weeks[max(0, len(weeks)-12):]
	most := 0
	for _, w := range weeks {
		most = max(most, w.Deploys)
	}
	if most == 0 {
		return "-"
	}
	var b strings.Builder
	for _, w := range weeks {
		b.WriteRune([]rune(bars)[w.Deploys*7/most])
	}
	return b.String()
}
