package cli

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"git.example/slipway/pipelines"
	"git.example/slipway/pipelines/deploy/rollout"
)

// failureReportFlag is for commands that deploy.
func (g *globals) failureReportFlag(c *cobra.Command) {
	c.Flags().StringVar(&g.failureReport, "failure-report", "", "file for what is known of a failed deploy, as Markdown (in GitHub Actions it is in the run's summary, too)")
}

// reportFailure writes what is known of a failed deploy to where CI shows it:
// the file of --failure-report, and GitHub's summary of the run
// (https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions#adding-a-job-summary).
func (g *globals) reportFailure(p *pipelines.Project, err error) error {
	var failure *rollout.Failure
	if !errors.As(err, &failure) {
		return nil
	}
	text := p.CleanText(failure.Bundle())
	if g.failureReport != "" {
		if err := os.WriteFile(g.failureReport, []byte(text), 0o600); err != nil {
			return fmt.Errorf("writing the report of the failure: %w", err)
		}
	}
	summary, ok := g.env.Lookup("GITHUB_STEP_SUMMARY")
	if !ok || summary == "" {
		return nil
	}
	f, err := os.OpenFile(summary, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return fmt.Errorf("writing the run's summary: %w", err)
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Close())
}
