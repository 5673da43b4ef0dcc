package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"git.example/slipway/pipelines"
)

func newCheck(g *globals) *cobra.Command {
	return &cobra.Command{
		Use:   "check [NAME...]",
		Short: "Run the checks on this working tree",
		Long: `Runs the checks of slipway.yaml in parallel, all of them to their end, and brings
out the files that they export, also of a check that fails.`,
		Example: `  slipway check
  slipway check unit
  slipway check --json | jq -r '.[] | select(.passed | not).name'`,
		Args:              cobra.ArbitraryArgs,
		ValidArgsFunction: g.completeNames(func(p *pipelines.Project) []string { return p.Config.Checks.Names() }),
		RunE: func(c *cobra.Command, names []string) error {
			var results []pipelines.CheckResult
			err := g.with(c.Context(), func(p *pipelines.Project) (err error) {
				results, err = p.Check(c.Context(), pipelines.CheckOptions{Names: names})
				return err
			})
			if err != nil && len(results) == 0 {
				return err
			}
			if printed := g.print(orEmpty(results), func() { checkTable(g, results) }); printed != nil {
				return printed
			}
			return err
		},
	}
}

func checkTable(g *globals, results []pipelines.CheckResult) {
	if len(results) == 0 {
		fmt.Fprintln(g.env.Out, "There are no checks.")
		return
	}
	rows := make([][]string, len(results))
	for i, r := range results {
		outcome := "failed"
		if r.Passed {
			outcome = "passed"
		}
		if r.Reused {
			outcome += " before"
		}
		rows[i] = []string{r.Name, outcome, seconds(r.Seconds), orDash(strings.Join(r.Exported, ", "))}
	}
	printTable(g, []string{"CHECK", "RESULT", "TIME", "EXPORTED"}, rows)
}
