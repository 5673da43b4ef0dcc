package cli

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"git.example/slipway/pipelines"
)

func newChanges(g *globals) *cobra.Command {
	var o pipelines.ChangesOptions
	c := &cobra.Command{
		Use:   "changes",
		Short: "Show which images and targets differ from what is live",
		Long: `Compares this working tree with what is live in an environment: images by their
content, git sync targets by their files, the others by their images, their files
and their part of slipway.yaml. The last commit does not matter, so a run that was
cancelled or failed loses nothing. Nothing is built, and no engine is needed.

With --json, "images" and "targets" are lists of names for the matrix of a CI job.`,
		Example: `  slipway changes --env prod
  slipway changes --env prod --json
  slipway deploy --env prod --only auto      # deploys just those targets of a release`,
		RunE: func(c *cobra.Command, _ []string) error {
			var changes pipelines.Changes
			err := g.with(c.Context(), func(p *pipelines.Project) (err error) {
				changes, err = p.Changes(c.Context(), o)
				return err
			})
			if err != nil {
				return err
			}
			return g.print(changes, func() { printChanges(g, changes) })
		},
	}
	g.envFlag(c, &o.Env, "environment whose live release to compare with")
	return c
}

func printChanges(g *globals, c pipelines.Changes) {
	var rows [][]string
	add := func(kind string, parts []pipelines.ChangedPart) {
		for _, part := range parts {
			changed := "-"
			if part.Changed {
				changed = "changed"
			}
			rows = append(rows, []string{kind, part.Name, changed, strings.Join(part.Reasons, "; ")})
		}
	}
	add("image", c.All.Images)
	add("target", c.All.Targets)
	printTable(g, []string{"KIND", "NAME", "STATE", "WHY"}, rows)
	live := cmp.Or(c.Live, "nothing")
	if len(c.Targets) == 0 {
		fmt.Fprintf(g.env.Out, "\nNothing differs from what is live in %s (%s).\n", c.Environment, live)
		return
	}
	fmt.Fprintf(g.env.Out, "\n%d of %d targets differ from what is live in %s (%s).\n", len(c.Targets), len(c.All.Targets), c.Environment, live)
}
