package cli

import (
	"github.com/spf13/cobra"

	"git.example/slipway/pipelines"
)

func newLogs(g *globals) *cobra.Command {
	var o pipelines.LogsOptions
	c := &cobra.Command{
		Use:   "logs [SERVICE...]",
		Short: "Show the log lines of what runs",
		Example: `  slipway logs --env prod --tail 100 web
  slipway logs --env prod --follow --host app1.example.com`,
		Args: cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, services []string) error {
			o.Services = services
			return g.with(c.Context(), func(p *pipelines.Project) error { return p.Logs(c.Context(), o, g.env.Out) })
		},
	}
	g.hostFlags(c, &o.HostOptions, "environment to look at")
	f := c.Flags()
	f.BoolVarP(&o.Follow, "follow", "f", false, "go on with new lines until interrupted")
	f.StringVarP(&o.Tail, "tail", "n", "", "how many of the last lines of each container (default: all)")
	f.StringVar(&o.Since, "since", "", "only lines after this, such as 10m or 2026-01-02T15:04:05Z")
	return c
}
