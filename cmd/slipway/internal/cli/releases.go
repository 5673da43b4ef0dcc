package cli

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"git.example/slipway/pipelines"
)

func newReleases(g *globals) *cobra.Command {
	var o pipelines.ReleasesOptions
	c := &cobra.Command{
		Use:   "releases",
		Short: "List the releases that are published, newest first",
		Example: `  slipway releases
  slipway releases --registry hub --limit 100
  slipway releases --json | jq -r '.[0].tag'`,
		RunE: func(c *cobra.Command, _ []string) error {
			var all []pipelines.ListedRelease
			err := g.with(c.Context(), func(p *pipelines.Project) (err error) {
				all, err = p.View().Releases(c.Context(), o)
				return err
			})
			if err != nil {
				return err
			}
			return g.print(all, func() { printReleases(g, all, time.Now()) })
		},
	}
	c.Flags().StringSliceVar(&o.Registries, "registry", nil, "registry to list (default: those of all environments)")
	_ = c.RegisterFlagCompletionFunc("registry", g.completeNames(func(p *pipelines.Project) []string { return p.Config.Registries.Names() }))
	c.Flags().IntVar(&o.Limit, "limit", 20, "how many releases to list; 0 is all")
	return c
}

func printReleases(g *globals, all []pipelines.ListedRelease, now time.Time) {
	if len(all) == 0 {
		fmt.Fprintln(g.env.Out, "Nothing is published yet: run `slipway publish`.")
		return
	}
	s := screenOf(g)
	rows := make([][]string, len(all))
	for i, r := range all {
		tag := r.Tag
		if !r.Final {
			tag += s.dim(" (not for protected)")
		}
		rows[i] = []string{tag, fmt.Sprintf("%.7s", r.Commit), orDash(r.Branch), ago(r.Created, now), s.green(orDash(strings.Join(r.Live, ", "))), strings.Join(r.Registries, ", ")}
	}
	printTable(g, []string{"RELEASE", "COMMIT", "BRANCH", "PUBLISHED", "LIVE IN", "REGISTRY"}, rows)
}
