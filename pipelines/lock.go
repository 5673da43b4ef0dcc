package pipelines

import (
	"context"

	"git.example/slipway/pipelines/deploy/journal"
)

// LockOptions say what to lock and why.
type LockOptions struct {
	Env string
	// Message is shown to whoever wants to deploy meanwhile.
	Message string
}

// Lock keeps deploys out of an environment until Unlock. A deploy that runs
// already is a *journal.Locked error.
func (p *Project) Lock(ctx context.Context, o LockOptions) (journal.LockInfo, error) {
	j, _, err := openJournal(ctx, p.workspace, p.targets, o.Env)
	if err != nil {
		return journal.LockInfo{}, err
	}
	return j.Lock(ctx, holder(ctx, p.workspace), o.Message)
}

// Locked is who holds an environment's lock; nil when nobody does.
func (p *Project) Locked(ctx context.Context, env string) (*journal.LockInfo, error) {
	j, _, err := openJournal(ctx, p.workspace, p.targets, env)
	if err != nil {
		return nil, err
	}
	return j.Held(ctx)
}
