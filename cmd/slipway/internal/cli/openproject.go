package cli

import (
	"context"
	"errors"

	"git.example/slipway/cmd/slipway/internal/progress"
	"git.example/slipway/pipelines"
	"git.example/slipway/pipelines/report"
)

// with opens the project, runs do with progress shown, and closes both; a
// result is printed after it, when the progress no longer moves.
func (g *globals) with(ctx context.Context, do func(*pipelines.Project) error) error {
	if err := g.keep(nil); err != nil { // before anything is done
		return flagError{err}
	}
	renderer, err := progress.New(progress.Options{
		Mode: progress.Mode(g.progress), Out: g.env.raw.err, Terminal: g.env.ErrTerminal,
		Moves: g.env.moves(), GitHub: g.env.set("GITHUB_ACTIONS"), Color: g.env.color(g.env.ErrTerminal),
	})
	if err != nil {
		return flagError{err}
	}
	defer renderer.Close()
	g.pause = renderer.Pause
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
	return redacted{project.CleanError(err), err}
}
