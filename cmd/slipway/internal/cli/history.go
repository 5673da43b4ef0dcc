package cli

import (
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"git.example/slipway/pipelines"
	"git.example/slipway/pipelines/deploy/journal"
)

func newHistory(g *globals) *cobra.Command {
	var o pipelines.HistoryOptions
	c := &cobra.Command{
		Use:   "history",
		Short: "List the deploys of an environment, newest first",
		Example: `  slipway history --env prod
  slipway history --env prod --limit 0 --json   # all of them
  slipway history show 12 --env prod            # everything of one of them`,
		RunE: func(c *cobra.Command, _ []string) error {
			var entries []journal.Entry
			err := g.with(c.Context(), func(p *pipelines.Project) (err error) {
				entries, err = p.History(c.Context(), o)
				return err
			})
			if err != nil {
				return err
			}
			return g.print(orEmpty(entries), func() { printHistory(g, entries) })
		},
	}
	c.AddCommand(newHistoryShow(g, &o.Env))
	g.envFlag(c, &o.Env, "environment to list")
	c.Flags().IntVar(&o.Limit, "limit", 20, "how many deploys to list; 0 is all")
	return c
}

func printHistory(g *globals, entries []journal.Entry) {
	if len(entries) == 0 {
		fmt.Fprintln(g.env.Out, "Nothing was deployed here yet.")
		return
	}
	rows := make([][]string, len(entries))
	for i, e := range entries {
		outcome := screenOf(g).outcome(e.Outcome)
		if e.PromotedFrom != "" {
			outcome += " from " + e.PromotedFrom
		}
		if e.Direct {
			outcome += ", direct"
		}
		if e.Record != nil && e.Record.Signer != "" {
			outcome += ", signed by " + e.Record.Signer
		}
		if e.ReturnedTo != "" {
			outcome += " to " + e.ReturnedTo
		}
		rows[i] = []string{strconv.Itoa(e.ID), e.Tag, outcome, moment(e.Started), orDash(e.By.User), orDash(e.Error)}
	}
	printTable(g, []string{"ID", "RELEASE", "OUTCOME", "STARTED", "BY", "ERROR"}, rows)
}
