package journal

import (
	"context"
	"errors"
	"fmt"
	"time"

	"git.example/slipway/pipelines/deploy"
)

// Rehearse makes a journal in a directory that nothing else is in, takes its lock,
// writes and reads what a deploy does, and removes it all.
func Rehearse(ctx context.Context, files deploy.Files, dir string) error {
	err := New(files, dir, LeaseTimes{}).rehearse(ctx)
	return errors.Join(err, files.Remove(context.WithoutCancel(ctx), dir))
}

func (j *Journal) rehearse(ctx context.Context) error {
	by := Holder{User: "setup"}
	lease, holding, err := j.Acquire(ctx, by, "setup", 0)
	if err != nil {
		return err
	}
	err = j.rehearseEntry(holding, lease, by)
	if released := lease.Release(ctx); err == nil {
		err = released
	}
	if err != nil {
		return err
	}
	held, err := j.Held(ctx)
	if err == nil && held != nil {
		err = fmt.Errorf("locking the environment: the lock that was given back is still held by %s", held)
	}
	return err
}

// rehearseEntry is one deploy in the history.
func (j *Journal) rehearseEntry(ctx context.Context, lease *Lease, by Holder) error {
	now := time.Now().UTC()
	entry, err := j.Begin(ctx, Entry{Tag: "setup", By: by, Started: now, Outcome: OutcomeRunning}, map[string]deploy.Desired{"setup": {Project: "setup"}})
	if err != nil {
		return err
	}
	entry.Ended, entry.Outcome = now, OutcomeDeployed
	if err := errors.Join(j.Save(ctx, entry), j.SetLive(ctx, entry), lease.Check(ctx)); err != nil {
		return err
	}
	live, err := j.Live(ctx)
	if err == nil && (live == nil || live.Tag != "setup" || !live.Started.Equal(now)) {
		err = fmt.Errorf("reading the journal: it has not what was written: %+v", live)
	}
	return err
}
