package journal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"

	"git.example/slipway/pipelines/deploy"
)

// Journal is what an environment remembers: the lock, which release is live,
// and the history. It is a directory:
//
//	lock/<n>/                    see Lease
//	live.json                    the id of the live deploy
//	history/<id>.json            one Entry for each deploy, the last ones where there is no room
//	snapshots/<id>/desired.json  what each target was to run, for the last releases
//	snapshots/<id>/env.json      the values of env files, mode 0600, for the live release
type Journal struct {
	files deploy.Files
	dir   string
	lease LeaseTimes
	// most is how many entries of the history stay; all when zero.
	most int
}

// Room is what Files may have besides: how many entries of a history they have
// room for.
type Room interface {
	Entries() int
}

// New is the journal in directory dir of a host.
func New(files deploy.Files, dir string, times LeaseTimes) *Journal {
	j := &Journal{files: deploy.SteadyFiles(files), dir: dir, lease: times}
	if room, ok := files.(Room); ok {
		j.most = room.Entries()
	}
	return j
}

// live is the file live.json.
type live struct {
	ID  int    `json:"id"`
	Tag string `json:"tag"`
}

// Live is the live deploy; nil before the first one.
func (j *Journal) Live(ctx context.Context) (*Entry, error) {
	var l live
	err := j.read(ctx, "live.json", &l)
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

// History is the newest entries first, limit of them, or all when it is zero.
func (j *Journal) History(ctx context.Context, limit int) ([]Entry, error) {
	ids, err := numbers(ctx, j.files, path.Join(j.dir, "history"))
	if err != nil {
		return nil, err
	}
	slices.Reverse(ids)
	if limit > 0 && len(ids) > limit {
		ids = ids[:limit]
	}
	var entries []Entry
	for _, id := range ids {
		e, err := j.Entry(ctx, id)
		if err != nil {
			return nil, err
		}
		entries = append(entries, e)
	}
	return entries, nil
}

// Begin gives e the next id and writes its snapshot and then its entry.
func (j *Journal) Begin(ctx context.Context, e Entry, desired map[string]deploy.Desired) (Entry, error) {
	newest, err := j.History(ctx, 1)
	if err != nil {
		return e, err
	}
	e.ID = 1
	if len(newest) > 0 {
		e.ID = newest[0].ID + 1
	}
	if err := j.keep(ctx, e.ID, desired); err != nil {
		return e, err
	}
	return e, j.Save(ctx, e)
}

// Save writes an entry.
func (j *Journal) Save(ctx context.Context, e Entry) error {
	return j.write(ctx, entryFile(e.ID), e, 0o644)
}

// SetLive makes e the live deploy.
func (j *Journal) SetLive(ctx context.Context, e Entry) error {
	return j.write(ctx, "live.json", live{ID: e.ID, Tag: e.Tag}, 0o644)
}

// Entry is the deploy with that id.
func (j *Journal) Entry(ctx context.Context, id int) (Entry, error) {
	var e Entry
	err := j.read(ctx, entryFile(id), &e)
	return e, err
}

func entryFile(id int) string { return path.Join("history", strconv.Itoa(id)+".json") }

func (j *Journal) read(ctx context.Context, name string, into any) error {
	data, err := j.files.ReadFile(ctx, path.Join(j.dir, name))
	if err != nil {
		return fmt.Errorf("reading the journal: %w", err)
	}
	if err := json.Unmarshal(data, into); err != nil {
		return fmt.Errorf("reading the journal's %q: %w", path.Join(j.dir, name), err)
	}
	return nil
}

func (j *Journal) write(ctx context.Context, name string, from any, mode fs.FileMode) error {
	data, err := json.MarshalIndent(from, "", "  ")
	if err != nil {
		return fmt.Errorf("writing the journal's %q: %w", name, err)
	}
	if err := j.files.WriteFile(ctx, path.Join(j.dir, name), append(data, '\n'), mode); err != nil {
		return fmt.Errorf("writing the journal: %w", err)
	}
	return nil
}

// numbers are the names in dir that are numbers, with or without ".json", in order.
func numbers(ctx context.Context, files deploy.Files, dir string) ([]int, error) {
	names, err := files.List(ctx, dir)
	if err != nil {
		return nil, fmt.Errorf("reading the journal: %w", err)
	}
	var found []int
	for _, name := range names {
		if n, err := strconv.Atoi(strings.TrimSuffix(name, ".json")); err == nil {
			found = append(found, n)
		}
	}
	slices.Sort(found)
	return found, nil
}
