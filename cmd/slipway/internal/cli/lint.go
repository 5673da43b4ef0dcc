package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"git.example/slipway/pipelines"
	"git.example/slipway/pipelines/lint"
)

func newLint(g *globals) *cobra.Command {
	return &cobra.Command{
		Use:   "lint",
		Short: "Find mistakes in slipway.yaml, compose files and workflows",
		Long: `Reads slipway.yaml, the compose files that it names, and the CI workflows, and
says what will go wrong. Ends with exit code 1 when there is an error. A comment
"# slipway:ignore RULE" on the line, or on the one above it, silences a rule.`,
		Example: `  slipway lint
  slipway lint --json`,
		RunE: func(c *cobra.Command, _ []string) error {
			var findings []lint.Finding
			err := g.with(c.Context(), func(p *pipelines.Project) (err error) {
				findings, err = p.Lint(c.Context())
				return err
			})
			if err != nil {
				return err
			}
			if err := g.print(findings, func() { printFindings(g, findings) }); err != nil {
				return err
			}
			for _, f := range findings {
				if f.Severity == lint.Error {
					return exitError(exitFailed)
				}
			}
			return nil
		},
	}
}

func printFindings(g *globals, findings []lint.Finding) {
	for _, f := range findings {
		place := f.File
		if f.Line > 0 {
			place = fmt.Sprintf("%s:%d:%d", f.File, f.Line, f.Column)
		}
		fmt.Fprintf(g.env.Out, "%s: %s: %s (%s)\n", place, f.Severity, f.Message, f.Rule)
		if f.Fix != "" {
			fmt.Fprintf(g.env.Out, "    %s\n", f.Fix)
		}
	}
	if len(findings) == 0 {
		fmt.Fprintln(g.env.Out, "No problems found.")
	}
}
