package cli

import (
	"github.com/spf13/cobra"

	"git.example/slipway/pipelines/release"
)

// globals are what every command has: the flags below, and what it reads and
// writes.
type globals struct {
	env           Environment
	config        string
	engine        string
	progress      string
	json          bool
	resultFile    string
	overrides     release.Overrides
	failureReport string
	// pause runs something, such as a question, while the progress stands still.
	pause func(do func())
}

// addFlags gives the flags to the root command, from which every other has them.
func (g *globals) addFlags(root *cobra.Command) {
	f := root.PersistentFlags()
	f.StringVarP(&g.config, "config", "c", "", "path of slipway.yaml (default: found upwards from here)")
	f.StringVar(&g.engine, "engine", "auto", "engine that does container work: auto, docker or dagger")
	f.StringVar(&g.progress, "progress", "auto", "how progress is shown: auto, tty, plain or quiet")
	f.BoolVar(&g.json, "json", false, "print the result as JSON")
	f.StringVar(&g.resultFile, "result-file", "", "file to write the result to as JSON, whatever is printed")
	f.StringVar(&g.overrides.Build, "build-number", "", "build number (default: from CI)")
	f.StringVar(&g.overrides.Commit, "commit", "", "commit (default: from CI or git)")
	f.StringVar(&g.overrides.Branch, "branch", "", "branch (default: from CI or git)")
	f.StringVar(&g.overrides.GitTag, "git-tag", "", "git tag (default: from CI or git)")
	_ = root.RegisterFlagCompletionFunc("engine", cobra.FixedCompletions([]string{"auto", "docker", "dagger"}, cobra.ShellCompDirectiveNoFileComp))
	_ = root.RegisterFlagCompletionFunc("progress", cobra.FixedCompletions([]string{"auto", "tty", "plain", "quiet"}, cobra.ShellCompDirectiveNoFileComp))
}
