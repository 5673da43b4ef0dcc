package cli

import "github.com/spf13/cobra"

// newRoot has all commands, in the groups that help shows them in.
func newRoot(env Environment) *cobra.Command {
	g := &globals{env: env}
	root := &cobra.Command{
		Use:   "slipway",
		Short: "Test, build, publish and deploy Dockerised apps",
		Long: `Slipway is a release pipeline as code. It tests a repository, builds its images,
publishes them under one immutable tag, deploys them by digest, and proves that
what runs is what was released. The same pipeline runs on a laptop and in CI.`,
		Example: `  slipway check                 # run the checks on this working tree
  slipway publish               # check, build what changed, write the release
  slipway plan --env prod       # what a deploy would do
  slipway deploy --env prod     # deploy the newest release of this commit
  slipway rollback --env prod   # back to the last release that verified`,
		SilenceErrors: true, SilenceUsage: true,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	root.SetOut(env.Out)
	root.SetErr(env.Err)
	root.SetIn(env.In)
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return flagError{err} })
	g.addFlags(root)
	root.AddGroup(&cobra.Group{ID: "release", Title: "Make a release:"},
		&cobra.Group{ID: "deploy", Title: "Deploy it:"},
		&cobra.Group{ID: "look", Title: "Look and check:"})
	add := func(group string, commands ...*cobra.Command) {
		for _, c := range commands {
			c.GroupID = group
			refuseArgsAsUsage(c)
			root.AddCommand(c)
		}
	}
	add("release", newCheck(g), newBuild(g), newPublish(g), newRelease(g))
	add("deploy", newDeploy(g), newPromote(g), newRollback(g), newLock(g), newUnlock(g), newSetup(g))
	add("look", newPlan(g), newChanges(g), newStatus(g), newVerify(g), newHistory(g), newReleases(g), newDiff(g), newStats(g), newLogs(g), newExec(g), newLint(g))
	root.AddCommand(newInit(g), newVersion(g), newEnvironments(g))
	refuseArgsAsUsage(root)
	return root
}
