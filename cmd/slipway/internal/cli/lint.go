package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"git.example/slipway/pipelines"
	"git.example/slipway/pipelines/lint"
)

func newLint(g *globals) *cobra.Command {
	format := ""
	c := &cobra.Command{
		Use:   "lint",
		Short: "Find mistakes in slipway.yaml, compose files and workflows",
		Long: `Reads slipway.yaml, the compose files that it names, and the CI workflows, and
says what will go wrong. Ends with exit code 1 when there is an error. A comment
"# slipway:ignore RULE" on the line, or on the one above it, silences a rule.

--format github annotates the lines of a pull request, sarif is what code scanning reads.`,
		Example: `  slipway lint
  slipway lint --json
  slipway lint --format sarif >lint.sarif`,
		RunE: func(c *cobra.Command, _ []string) error {
			print, ok := lintFormats[format]
			if !ok {
				return flagError{fmt.Errorf("unknown format %q: --format takes text, json, github or sarif", format)}
			}
			var findings []lint.Finding
			err := g.with(c.Context(), func(p *pipelines.Project) (err error) {
				findings, err = p.Lint(c.Context())
				return err
			})
			if err != nil {
				return err
			}
			if format == "json" {
				g.json = true
			}
			if err := g.print(findings, func() { print(g, findings) }); err != nil {
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
	c.Flags().StringVar(&format, "format", "text", "how findings are written: text, json, github or sarif")
	_ = c.RegisterFlagCompletionFunc("format", cobra.FixedCompletions([]string{"text", "json", "github", "sarif"}, cobra.ShellCompDirectiveNoFileComp))
	return c
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
