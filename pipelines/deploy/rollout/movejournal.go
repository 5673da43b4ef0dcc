package rollout

import (
	"context"
	"fmt"

	"git.example/slipway/pipelines/deploy"
	"git.example/slipway/pipelines/report"
)

// Move is where a journal moves to.
type Move struct {
	Files deploy.Files
	Dir   string
	// SameMachine says that the journal is on that machine now.
	SameMachine bool
}

// PointToJournal says, where the journal will move to, where it still is. A deploy
// that fails leaves that, so that the next one finds it.
func (d Deployment) PointToJournal(ctx context.Context) error {
	if d.Move == nil || !d.Move.SameMachine {
		return nil
	}
	return d.Journal.PointTo(ctx, d.Move.Dir)
}

// moveJournal moves the journal along with what was deployed elsewhere. The deploy
// has succeeded, so what goes wrong is a warning.
func (a *attempt) moveJournal(ctx context.Context) {
	if a.Move == nil {
		return
	}
	err := report.Run(ctx, a.reporter(), "move the journal to "+a.Move.Dir, func(*report.Task) error {
		if err := a.lease.Fence(ctx); err != nil {
			return err
		}
		return a.Journal.MoveTo(ctx, a.Move.Files, a.Move.Dir)
	})
	if err != nil {
		a.reporter().Report(report.Notice{Level: report.Warning, Text: fmt.Sprintf("%v; the next deploy tries again", err)})
	}
}
