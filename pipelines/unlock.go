package pipelines

import (
	"context"
	"fmt"

	"git.example/slipway/pipelines/deploy/journal"
)

// UnlockOptions say what to unlock.
type UnlockOptions struct {
	Env string
	// Force also takes the lock from a deploy that runs: it stops before its next
	// change, and changes nothing back.
	Force bool
}

// Unlock frees an environment and says who held it; nil when nobody did.
func (p *Project) Unlock(ctx context.Context, o UnlockOptions) (*journal.LockInfo, error) {
	j, env, err := openJournal(ctx, p.workspace, p.targets, o.Env)
	if err != nil {
		return nil, err
	}
	held, err := j.Held(ctx)
	if err != nil || held == nil {
		return nil, err
	}
	if !held.Manual && !o.Force {
		return nil, fmt.Errorf("unlocking %q: it is held by %s; the lock of a run that was killed expires by itself, half a minute after; to stop one that runs use --force", env, held)
	}
	return j.Unlock(ctx)
}
