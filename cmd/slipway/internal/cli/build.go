package cli

import (
	"github.com/spf13/cobra"

	"git.example/slipway/pipelines"
)

func newBuild(g *globals) *cobra.Command {
	var o pipelines.BuildOptions
	c := &cobra.Command{
		Use:   "build",
		Short: "Build the images, publish nothing",
		Long: `Builds the images of this working tree and publishes nothing. With the Docker
engine they stay in Docker's store as PROJECT/IMAGE:TAG.`,
		Example: `  slipway build
  slipway build --image api --image admin`,
		RunE: func(c *cobra.Command, _ []string) error {
			var built []pipelines.BuiltImage
			err := g.with(c.Context(), func(p *pipelines.Project) (err error) {
				built, err = p.Build(c.Context(), o)
				return err
			})
			if err != nil {
				return err
			}
			return g.print(built, func() {
				rows := make([][]string, len(built))
				for i, b := range built {
					rows[i] = []string{b.Name, orDash(b.Reference)}
				}
				printTable(g, []string{"IMAGE", "REFERENCE"}, rows)
			})
		},
	}
	c.Flags().StringSliceVar(&o.Images, "image", nil, "image to build (default: all)")
	_ = c.RegisterFlagCompletionFunc("image", g.completeNames(func(p *pipelines.Project) []string { return p.Config.Images.Named.Names() }))
	return c
}
