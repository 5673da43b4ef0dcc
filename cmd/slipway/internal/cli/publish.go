package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"git.example/slipway/pipelines"
)

func newPublish(g *globals) *cobra.Command {
	var o pipelines.PublishOptions
	c := &cobra.Command{
		Use:   "publish",
		Short: "Check, build what changed, and write the release",
		Long: `Runs the checks and builds the images whose content no registry has yet, gives
every image the release's tag, and writes the release record last. A run that is
killed, or that runs twice at once, ends in the same digests when it is run again.`,
		Example: `  slipway publish
  slipway publish --env staging --build-number 75
  slipway publish --registry hub --json`,
		RunE: func(c *cobra.Command, _ []string) error {
			var published pipelines.Published
			err := g.with(c.Context(), func(p *pipelines.Project) (err error) {
				published, err = p.Publish(c.Context(), o)
				return err
			})
			if err != nil {
				return err
			}
			return g.print(published, func() { publishedTable(g, published) })
		},
	}
	checksFlags(c, &o)
	g.envFlag(c, &o.Env, "environment whose registry and mirrors to publish to")
	c.Flags().StringSliceVar(&o.Registries, "registry", nil, "registry to publish to instead, the first one first")
	_ = c.RegisterFlagCompletionFunc("registry", g.completeNames(func(p *pipelines.Project) []string { return p.Config.Registries.Names() }))
	return c
}

func publishedTable(g *globals, p pipelines.Published) {
	rows := make([][]string, len(p.Images))
	for i, image := range p.Images {
		how := "unchanged"
		if image.Built {
			how = "built"
		}
		rows[i] = []string{image.Name, image.Reference, short(image.Digest), how}
	}
	printTable(g, []string{"IMAGE", "REFERENCE", "DIGEST", ""}, rows)
	state := "published"
	if p.Existed {
		state = "was published before"
	}
	fmt.Fprintf(g.env.Out, "\nRelease %s %s.\n", p.Tag, state)
	if !p.Final {
		fmt.Fprintf(g.env.Out, "It can't go to a protected environment: %s.\n", p.Why)
	}
}
