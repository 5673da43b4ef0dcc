package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"git.example/slipway/cmd/slipway/internal/progress"
	"git.example/slipway/pipelines"
	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/release"
	"git.example/slipway/pipelines/report"
)

// globals are the flags that every command has.
type globals struct {
	env           Environment
	config        string
	engine        string
	progress      string
	json          bool
	resultFile    string
	overrides     release.Overrides
	failureReport string
}

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
	root.AddGroup(&cobra.Group{ID: "release", Title: "Make a release:"},
		&cobra.Group{ID: "deploy", Title: "Deploy it:"},
		&cobra.Group{ID: "look", Title: "Look and check:"})
	add := func(group string, commands ...*cobra.Command) {
		for _, c := range commands {
			c.GroupID = group
			wrapArgs(c)
			root.AddCommand(c)
		}
	}
	add("release", newCheck(g), newBuild(g), newPublish(g), newRelease(g))
	add("deploy", newDeploy(g), newPromote(g), newRollback(g), newLock(g), newUnlock(g), newSetup(g))
	add("look", newPlan(g), newChanges(g), newVerify(g), newHistory(g), newLogs(g), newExec(g), newLint(g))
	root.AddCommand(newInit(g), newVersion(g))
	wrapArgs(root)
	return root
}

// wrapArgs makes wrong arguments end with the exit code of wrong usage.
func wrapArgs(c *cobra.Command) {
	args := c.Args
	if args == nil {
		args = cobra.NoArgs
	}
	c.Args = func(c *cobra.Command, words []string) error {
		if err := args(c, words); err != nil {
			return flagError{err}
		}
		return nil
	}
}

// with opens the project, runs do with progress shown, and closes both; a
// result is printed after it, when the progress no longer moves.
func (g *globals) with(ctx context.Context, do func(*pipelines.Project) error) error {
	if err := g.keep(nil); err != nil { // before anything is done
		return flagError{err}
	}
	renderer, err := progress.New(progress.Options{
		Mode: progress.Mode(g.progress), Out: g.env.Err, Terminal: g.env.ErrTerminal,
		GitHub: g.env.set("GITHUB_ACTIONS"), Color: g.env.color(g.env.ErrTerminal),
	})
	if err != nil {
		return flagError{err}
	}
	defer renderer.Close()
	defer context.AfterFunc(ctx, func() {
		renderer.Report(report.Notice{Level: report.Info, Text: "interrupted: ending what runs; interrupt again to leave it as it is"})
	})()
	project, err := pipelines.Open(ctx, pipelines.Options{
		Config: g.config, Lookup: g.env.Lookup, Overrides: g.overrides,
		Engine: pipelines.EngineChoice(g.engine), Reporter: renderer,
	})
	if err != nil {
		return err
	}
	err = do(project)
	err = errors.Join(err, g.reportFailure(project, err), project.Close())
	if err == nil {
		return nil
	}
	return redacted{project.Redact(err), err}
}

// redacted shows the text without secrets and keeps the kind of an error, which
// decides on the exit code.
type redacted struct {
	error
	cause error
}

func (r redacted) Unwrap() error { return r.cause }

// keep writes the result file, if one is asked for.
func (g *globals) keep(content []byte) error {
	if g.resultFile == "" {
		return nil
	}
	if err := (deploy.LocalHost{}).WriteFile(context.Background(), g.resultFile, content, 0o600); err != nil {
		return fmt.Errorf("writing --result-file: %w", err)
	}
	return nil
}

// print writes a result: as JSON with --json, else as text does. A result file
// gets the JSON first.
func (g *globals) print(result any, text func()) error {
	var content bytes.Buffer
	encoder := json.NewEncoder(&content)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(result); err != nil {
		return fmt.Errorf("writing the result: %w", err)
	}
	if err := g.keep(content.Bytes()); err != nil {
		return err
	}
	if !g.json {
		text()
		return nil
	}
	if _, err := g.env.Out.Write(content.Bytes()); err != nil {
		return fmt.Errorf("writing the result: %w", err)
	}
	return nil
}
