package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"git.example/slipway/pipelines"
)

func newDiff(g *globals) *cobra.Command {
	return &cobra.Command{
		Use:   "diff A B",
		Short: "Compare two releases, or what two environments run",
		Long: `Shows the commits, the images and the lines of the deploy files in which B differs
from A. Each is the tag of a release, or an environment: then it is what runs there.`,
		Example: `  slipway diff prod staging                 # what a promotion would bring
  slipway diff 74_1c9e2f0 75_db4b44b
  slipway diff prod 75_db4b44b --json`,
		Args:              cobra.ExactArgs(2),
		ValidArgsFunction: g.completeNames(func(p *pipelines.Project) []string { return p.Config.Environments.Names() }),
		RunE: func(c *cobra.Command, names []string) error {
			var compared *pipelines.Shipping
			err := g.with(c.Context(), func(p *pipelines.Project) (err error) {
				compared, err = p.View().Diff(c.Context(), names[0], names[1])
				return err
			})
			if err != nil {
				return err
			}
			return g.print(compared, func() { printDiff(g, compared) })
		},
	}
}

func printDiff(g *globals, d *pipelines.Shipping) {
	s := screenOf(g)
	fmt.Fprintf(g.env.Out, "From %s to %s\n\n", s.bold(d.From), s.bold(d.To))
	if d.From == d.To {
		fmt.Fprintln(g.env.Out, "They are the same release.")
		return
	}
	printShippingOf(g, d, "in")
	for _, f := range d.Files {
		fmt.Fprintf(g.env.Out, "%s (%s)\n", s.bold(f.Name), f.Change)
		printFileDiff(g, f, 0)
		fmt.Fprintln(g.env.Out)
	}
}

// printFileDiff prints the lines in which a file differs, most of them at most; 0 is
// all.
func printFileDiff(g *globals, f pipelines.FileChange, most int) {
	s := screenOf(g)
	lines := strings.Split(strings.TrimSuffix(f.Diff, "\n"), "\n")
	if len(lines) > 3 {
		lines = lines[3:] // its names, twice
	}
	for i, line := range lines {
		if most > 0 && i == most {
			fmt.Fprintf(g.env.Out, "    and %d more lines\n", len(lines)-most)
			return
		}
		switch {
		case strings.HasPrefix(line, "+"):
			line = s.green(line)
		case strings.HasPrefix(line, "-"):
			line = s.red(line)
		case strings.HasPrefix(line, "@@"):
			line = s.dim(line)
		}
		fmt.Fprintln(g.env.Out, "  "+line)
	}
}
