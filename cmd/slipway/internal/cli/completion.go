package cli

import (
	"github.com/spf13/cobra"

	"git.example/slipway/pipelines"
	"git.example/slipway/pipelines/config"
)

// complete offers names out of the slipway.yaml that is found.
func (g *globals) complete(names func(*pipelines.Project) []string) cobra.CompletionFunc {
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

// envFlag adds --env.
func (g *globals) envFlag(c *cobra.Command, into *string, usage string) {
	c.Flags().StringVarP(into, "env", "e", "", usage+" (default: the one whose \"when\" matches, or the only one)")
	_ = c.RegisterFlagCompletionFunc("env", g.complete(func(p *pipelines.Project) []string { return p.Config.Environments.Names() }))
}
