package cli

import (
	"github.com/spf13/cobra"

	"git.example/slipway/pipelines"
)

// placeFlags are the options that choose targets and hosts.
func (g *globals) placeFlags(c *cobra.Command, o *pipelines.PlaceOptions, usage string) {
	g.envFlag(c, &o.Env, usage)
	c.Flags().StringSliceVar(&o.Targets, "target", nil, "target (default: all of the environment)")
	c.Flags().StringSliceVar(&o.Hosts, "host", nil, "host (default: all)")
}
