package cli

import (
	"github.com/spf13/cobra"

	"git.example/slipway/pipelines"
	"git.example/slipway/pipelines/config"
)

// completeNames offers names out of the slipway.yaml that is found.
func (g *globals) completeNames(names func(*pipelines.Project) []string) cobra.CompletionFunc {
	return func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
		path := g.config
		if path == "" {
			found, err := config.Find(".")
			if err != nil {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			path = found
		}
		c, err := config.Load(path)
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return names(&pipelines.Project{Config: c}), cobra.ShellCompDirectiveNoFileComp
	}
}
