package cli

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"git.example/slipway/pipelines"
)

// newEnvironments is for the Dagger module, which has to know what a verb will ask
// for before it starts the container that runs it.
func newEnvironments(g *globals) *cobra.Command {
	var o pipelines.EnvironmentOptions
	var saved string
	c := &cobra.Command{
		Use:    "environments",
		Hidden: true,
		Short:  "Print which environments a verb takes",
		RunE: func(c *cobra.Command, _ []string) error {
			var err error
			if o.Plan, err = readPlan(saved); err != nil {
				return err
			}
			var names []string
			err = g.with(c.Context(), func(p *pipelines.Project) (err error) {
				names, err = p.Environments(o)
				return err
			})
			if err != nil {
				return err
			}
			return g.print(names, func() {
				for _, name := range names {
					fmt.Fprintln(g.env.Out, name)
				}
			})
		},
	}
	g.envFlag(c, &o.Env, "environment that was named")
	c.Flags().BoolVar(&o.Publish, "publish", false, "those of a publish")
	c.Flags().StringVar(&saved, "plan", "", "plan that is to be applied")
	return c
}

// readPlan reads the saved plan at a path; nil without one.
func readPlan(path string) (*pipelines.SavedPlan, error) {
	if path == "" {
		return nil, nil
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, flagError{fmt.Errorf("reading the plan: %w", err)}
	}
	return pipelines.ReadSavedPlan(path, data)
}
