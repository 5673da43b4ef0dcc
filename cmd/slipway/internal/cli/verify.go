package cli

import (
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"git.example/slipway/pipelines"
	"git.example/slipway/pipelines/deploy"
)

func newVerify(g *globals) *cobra.Command {
	var o pipelines.VerifyOptions
	c := &cobra.Command{
		Use:   "verify",
		Short: "Compare what runs with what should run",
		Long: `Compares what runs in an environment with its live release, by digest, and shows
every difference, and whether trust: accepts that release. Ends with exit code 1 when there is one, or when it does not.`,
		Example: `  slipway verify --env prod
  slipway verify --env prod --json`,
		RunE: func(c *cobra.Command, _ []string) error {
			var verified pipelines.Verified
			err := g.with(c.Context(), func(p *pipelines.Project) (err error) {
				verified, err = p.Verify(c.Context(), o)
				return err
			})
			if err != nil {
				return err
			}
			if err := g.print(verified, func() { printVerified(g, verified) }); err != nil {
				return err
			}
			if len(verified.Drift) > 0 || verified.Untrusted != "" {
				return exitError(exitFailed)
			}
			return nil
		},
	}
	g.envFlag(c, &o.Env, "environment to verify")
	return c
}

func printVerified(g *globals, v pipelines.Verified) {
	if v.Untrusted != "" {
		defer fmt.Fprintf(g.env.Out, "Release %s is not what trust: in slipway.yaml accepts: %s.\n", v.Tag, v.Untrusted)
	}
	if len(v.Drift) == 0 {
		fmt.Fprintf(g.env.Out, "Release %s runs in %s, proven by digest.\n", v.Tag, v.Environment)
		return
	}
	rows := make([][]string, len(v.Drift))
	for i, d := range v.Drift {
		rows[i] = []string{d.Host, d.Target, d.Subject, d.Kind, orDash(short(d.Want)), orDash(short(d.Got))}
	}
	hostTable(g, []string{"TARGET", "SUBJECT", "DRIFT", "WANT", "GOT"}, rows)
	fmt.Fprintf(g.env.Out, "\n%s does not run release %s as it was released.", v.Environment, v.Tag)
	if slices.ContainsFunc(v.Drift, func(d deploy.Drift) bool { return d.Advice == "" }) {
		fmt.Fprintf(g.env.Out, " To bring it back: slipway deploy --env %s --tag %s", v.Environment, v.Tag)
	}
	fmt.Fprintln(g.env.Out)
	said := map[string]bool{}
	for _, d := range v.Drift {
		if d.Advice != "" && !said[d.Advice] {
			said[d.Advice] = true
			fmt.Fprintf(g.env.Out, "%s.\n", d.Advice)
		}
	}
}
