package deploy

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"

	"github.com/slipwayhq/slipway/pipelines/secrets"
)

// Journal is what an environment remembers: the lock, which release is live,
// and the history. It is a directory:
//
//	lock/<n>/                    see Lease
//	live.json                    the id of the live deploy
//	deploys/<id>/entry.json      the history's entry
//	deploys/<id>/desired.json    by target, what was to run
//	deploys/<id>/env.json        by target, the env file's values; mode 0600; for the live deploy and a running one only
type Journal struct {
	files Files
	dir   string
	lease LeaseTimes
}

// NewJournal is the journal in directory dir of a host.
func NewJournal(files Files, dir string, times LeaseTimes) *Journal {
	return &Journal{files: files, dir: dir, lease: times}
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
	e, err := j.entry(ctx, l.ID)
	if err != nil {
		return nil, err
	}
	return &e, nil
}

// History is the newest entries first, limit of them, or all when it is zero.
func (j *Journal) History(ctx context.Context, limit int) ([]Entry, error) {
	ids, err := j.ids(ctx)
	if err != nil {
		return nil, err
	}
	slices.Reverse(ids)
	if limit > 0 && len(ids) > limit {
		ids = ids[:limit]
	}
	var entries []Entry
	for _, id := range ids {
		e, err := j.entry(ctx, id)
		if errors.Is(err, fs.ErrNotExist) {
			continue // killed before its first write
		}
		if err != nil {
			return nil, err
		}
		entries = append(entries, e)
	}
	return entries, nil
}

// Desired is what deploy id wanted, by target, with the env files' values when
// they are still kept.
func (j *Journal) Desired(ctx context.Context, id int) (map[string]Desired, error) {
	var desired map[string]Desired
	if err := j.read(ctx, deployFile(id, "desired.json"), &desired); err != nil {
		return nil, err
	}
	var env map[string]map[string]string
	if err := j.read(ctx, deployFile(id, "env.json"), &env); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	for target, values := range env {
		d := desired[target]
		d.Env = make(map[string]secrets.Value, len(values))
		for key, value := range values {
			d.Env[key] = secrets.NewValue(value)
		}
		desired[target] = d
	}
	return desired, nil
}

// begin writes a new deploy's files, its entry last, and gives it the next id.
func (j *Journal) begin(ctx context.Context, e Entry, desired map[string]Desired) (Entry, error) {
	ids, err := j.ids(ctx)
	if err != nil {
		return e, err
	}
	e.ID = 1
	if len(ids) > 0 {
		e.ID = ids[len(ids)-1] + 1
	}
	env := map[string]map[string]string{}
	for target, d := range desired {
		if d.Env == nil {
			continue
		}
		env[target] = make(map[string]string, len(d.Env))
		for key, value := range d.Env {
			env[target][key] = value.Reveal()
		}
	}
	if err := j.write(ctx, deployFile(e.ID, "env.json"), env, 0o600); err != nil {
		return e, err
	}
	if err := j.write(ctx, deployFile(e.ID, "desired.json"), desired, 0o644); err != nil {
		return e, err
	}
	return e, j.save(ctx, e)
}

// save writes an entry.
func (j *Journal) save(ctx context.Context, e Entry) error {
	return j.write(ctx, deployFile(e.ID, "entry.json"), e, 0o644)
}

// point makes e the live deploy.
func (j *Journal) point(ctx context.Context, e Entry) error {
	return j.write(ctx, "live.json", live{ID: e.ID, Tag: e.Tag}, 0o644)
}

func (j *Journal) entry(ctx context.Context, id int) (Entry, error) {
	var e Entry
	err := j.read(ctx, deployFile(id, "entry.json"), &e)
	return e, err
}

// ids are the ids of all deploys, in order.
func (j *Journal) ids(ctx context.Context) ([]int, error) {
	return numbers(ctx, j.files, path.Join(j.dir, "deploys"))
}

func deployFile(id int, name string) string { return path.Join("deploys", strconv.Itoa(id), name) }

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

// numbers are the names in dir that are numbers, in order.
func numbers(ctx context.Context, files Files, dir string) ([]int, error) {
	names, err := files.List(ctx, dir)
	if err != nil {
		return nil, fmt.Errorf("listing %q: %w", dir, err)
	}
	var found []int
	for _, name := range names {
		if n, err := strconv.Atoi(name); err == nil {
			found = append(found, n)
		}
	}
	slices.Sort(found)
	return found, nil
}
