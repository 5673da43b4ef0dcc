package cli

import (
	"time"

	"github.com/spf13/cobra"

	"git.example/slipway/pipelines"
)

// envFlag adds --env.
func (g *globals) envFlag(c *cobra.Command, into *string, usage string) {
	c.Flags().StringVarP(into, "env", "e", "", usage+" (default: the one whose \"when\" matches, or the only one)")
	_ = c.RegisterFlagCompletionFunc("env", g.completeNames(func(p *pipelines.Project) []string { return p.Config.Environments.Names() }))
}

// hostFlags are the options that choose targets and hosts.
func (g *globals) hostFlags(c *cobra.Command, o *pipelines.HostOptions, usage string) {
	g.envFlag(c, &o.Env, usage)
	c.Flags().StringSliceVar(&o.Targets, "target", nil, "target (default: all of the environment)")
	c.Flags().StringSliceVar(&o.Hosts, "host", nil, "host (default: all)")
}

// checksFlags are for commands that publish.
func checksFlags(c *cobra.Command, o *pipelines.PublishOptions) {
	c.Flags().BoolVar(&o.SkipChecks, "skip-checks", false, "publish without the checks; a protected environment refuses such a release")
	c.Flags().BoolVar(&o.RerunChecks, "rerun-checks", false, "run checks whose very inputs have passed before")
}

// deployFlags are for commands that deploy a release.
func (g *globals) deployFlags(c *cobra.Command, o *pipelines.DeployOptions, yes *bool) {
	f := c.Flags()
	f.StringSliceVar(&o.Only, "only", nil, "target to deploy, or auto for those that differ from what is live (default: all, in their order)")
	f.StringSliceVar(&o.Paths, "paths", nil, "the only files or directories of git sync targets to change, such as dags/a.py")
	f.BoolVar(&o.AllowDiverged, "allow-diverged", false, "let an older or diverged commit replace the live one")
	f.BoolVar(&o.Direct, "direct", false, "deploy although the environment to promote from has not verified the release")
	f.BoolVar(&o.NoTfvars, "no-tfvars", false, "leave the tag maps of Terraform targets as they are; the tags are passed to this run")
	g.liveFlags(c, &o.LockWait, yes)
}

// liveFlags are for commands that change what is live.
func (g *globals) liveFlags(c *cobra.Command, lockWait *time.Duration, yes *bool) {
	f := c.Flags()
	f.DurationVar(lockWait, "lock-wait", 0, "how long to wait for a lock that another deploy holds, such as 10m")
	f.BoolVarP(yes, "yes", "y", false, "do not ask before changing a protected environment")
	g.failureReportFlag(c)
}
