package journal

import (
	"context"
	"errors"
	"io/fs"
	"iter"
	"time"

	"git.example/slipway/pipelines/deploy"
)

// Journal is what an environment remembers.
type Journal struct {
	store     *store
	history   history
	snapshots snapshots
	locks     locks
}

// Room is what Files may have besides: how many entries of a history they have
// room for.
type Room interface {
	Entries() int
}

// New is the journal in directory dir of a host.
func New(files deploy.Files, dir string, times LeaseTimes) *Journal {
	s := newStore(files, dir)
	j := &Journal{store: s, history: history{store: s}, snapshots: snapshots{s}, locks: locks{s, times}}
	if room, ok := files.(Room); ok {
		j.history.most = room.Entries()
	}
	return j
}

// ReadAhead reads what most looks at the journal need at once, where it is far away.
// For a moment, what is asked of the journal then is as it was now.
func (j *Journal) ReadAhead(ctx context.Context) { j.store.readAhead(ctx, false) }

// CheckVersion fails with a *Newer error when a newer Slipway wrote the journal.
func (j *Journal) CheckVersion(ctx context.Context) error { return j.store.check(ctx) }

// pointer is the file live.json.
type pointer struct {
	ID  int    `json:"id"`
	Tag string `json:"tag"`
}

// Live is the live deploy; nil before the first one.
func (j *Journal) Live(ctx context.Context) (*Entry, error) {
	var l pointer
	err := j.store.read(ctx, "live.json", &l)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	e, err := j.Entry(ctx, l.ID)
	if err != nil {
		return nil, err
	}
	return &e, nil
}

// Begun says that something was deployed: there is a live deploy, whether it can be
// read or not.
func (j *Journal) Begun(ctx context.Context) (bool, error) {
	_, err := j.store.raw(ctx, "live.json")
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// SetLive makes e the live deploy.
func (j *Journal) SetLive(ctx context.Context, e Entry) error {
	return j.store.write(ctx, "live.json", pointer{ID: e.ID, Tag: e.Tag}, 0o644)
}

// Entries gives the history, newest first. What is not asked for is not read,
// but for a few that are read ahead.
func (j *Journal) Entries(ctx context.Context) iter.Seq2[Entry, error] {
	return j.history.newest(ctx, aheadEntries)
}

// History is the newest entries first, limit of them, or all when it is zero.
func (j *Journal) History(ctx context.Context, limit int) ([]Entry, error) {
	var entries []Entry
	ahead := limit
	if limit <= 0 {
		ahead = segmentEntries
	}
	for e, err := range j.history.newest(ctx, ahead) {
		if err != nil {
			return nil, err
		}
		if entries = append(entries, e); len(entries) == limit {
			break
		}
	}
	return entries, nil
}

// Entry is the deploy with that id.
func (j *Journal) Entry(ctx context.Context, id int) (Entry, error) { return j.history.entry(ctx, id) }

// Begin gives e the next id and writes its snapshot and then its entry.
func (j *Journal) Begin(ctx context.Context, e Entry, desired map[string]deploy.Desired) (Entry, error) {
	var err error
	if e.ID, err = j.history.nextID(ctx); err != nil {
		return e, err
	}
	if err := j.snapshots.write(ctx, e.ID, desired); err != nil {
		return e, err
	}
	for _, d := range desired {
		if len(d.HostFiles) > 0 {
			e.Version = hostFilesVersion
		}
	}
	return e, j.Save(ctx, e)
}

// Save writes an entry.
func (j *Journal) Save(ctx context.Context, e Entry) error { return j.history.save(ctx, e) }

// Desired is what deploy id wanted of each target, with the values of env
// files if they are still kept. A deploy that was pruned wraps fs.ErrNotExist.
func (j *Journal) Desired(ctx context.Context, id int) (map[string]deploy.Desired, error) {
	return j.snapshots.read(ctx, id)
}

// Lock takes the lock by hand. It stays until Unlock.
func (j *Journal) Lock(ctx context.Context, by Holder, message string) (LockInfo, error) {
	info, err := j.locks.take(ctx, LockInfo{By: by, Message: message, Manual: true}, 0)
	j.store.ahead.forget() // others may read and write on
	if err != nil {
		return info, err
	}
	return info, j.locks.forget(ctx, info.N)
}

// Unlock frees the lock, whoever holds it, and says who did; nil when it was free.
func (j *Journal) Unlock(ctx context.Context) (*LockInfo, error) {
	held, err := j.Held(ctx)
	if held == nil || err != nil {
		return nil, err
	}
	return held, j.locks.release(ctx, held.N)
}

// Held is who holds the lock, expired or not; nil when it is free.
func (j *Journal) Held(ctx context.Context) (*LockInfo, error) {
	_, held, err := j.locks.look(ctx)
	return held, err
}

// Acquire takes the lock for a deploy of release, waiting up to wait while
// somebody else holds it: a *Locked error says who does. The returned context
// ends with ErrLockLost when the lock is lost. The heartbeat goes on when ctx is
// cancelled, until Release: whoever was interrupted still has to go back.
func (j *Journal) Acquire(ctx context.Context, by Holder, release string, wait time.Duration) (*Lease, context.Context, error) {
	j.store.ahead.forget() // others may write until the lock is ours
	return newLease(ctx, j.locks, LockInfo{By: by, Release: release}, wait)
}
