package journal

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
)

const (
	// looseEntries is how many of the newest entries always have a file of their
	// own: they may still change, and a Slipway that knows no segments counts
	// their ids on.
	looseEntries = 10
	// compactFrom is how many others there are before they move, so that not every
	// deploy writes a segment.
	compactFrom = 20
	// segmentEntries is how many entries a segment has when it is full.
	segmentEntries = 100
	// segmentsPerDeploy bounds the work after one deploy, where thousands of entries
	// are loose still.
	segmentsPerDeploy = 5
)

// compact moves old entries together into segments, under the lock. Those in
// keep have their own file besides, for a Slipway that knows no segments and
// goes back to them. It may be killed anywhere: a segment is whole before the
// files that it replaces are removed, and what is left of them is removed the
// next time.
func (h history) compact(ctx context.Context, keep []int) error {
	l, err := h.listing(ctx)
	if err != nil {
		return err
	}
	var moved []int
	for range segmentsPerDeploy {
		next := l.movable()
		if len(next) < compactFrom {
			break
		}
		if next, err = h.fill(ctx, &l, next); err != nil {
			return err
		}
		moved = append(moved, next...)
	}
	return errors.Join(h.sweep(ctx, l, keep, moved), h.removeReplaced(ctx, l))
}

// movable are the loose entries after the last segment but the newest, in order.
func (l listing) movable() []int {
	var ids []int
	for _, id := range l.loose[:max(0, len(l.loose)-looseEntries)] {
		if id > l.end() {
			ids = append(ids, id)
		}
	}
	return ids
}

// rawSegment is a segment's file. Entries stay as they were written.
type rawSegment struct {
	Entries []json.RawMessage `json:"entries"`
}

// fill writes the next segment, or the last one anew with more in it, and gives
// the ids that were added.
func (h history) fill(ctx context.Context, l *listing, ids []int) ([]int, error) {
	var content rawSegment
	next := segment{first: ids[0]}
	if n := len(l.segments); n > 0 {
		if last := l.segments[n-1]; last.last-last.first+1 < segmentEntries {
			if err := h.read(ctx, last.file(), &content); err != nil {
				return nil, err
			}
			next.first = last.first
			l.segments, l.replaced = l.segments[:n-1], append(l.replaced, last)
		}
	}
	for i, id := range ids {
		if id >= next.first+segmentEntries {
			ids = ids[:max(i, 1)]
			break
		}
	}
	next.last = ids[len(ids)-1]
	entries := make([]json.RawMessage, len(ids))
	err := each(ctx, ids, func(ctx context.Context, i, id int) (err error) {
		entries[i], err = h.raw(ctx, looseFile(id))
		return err
	})
	if err != nil {
		return nil, err
	}
	content.Entries = append(content.Entries, entries...)
	if err := h.write(ctx, next.file(), content, 0o644); err != nil {
		return nil, err
	}
	l.segments = append(l.segments, next)
	return ids, nil
}

// sweep removes the files of entries that a segment has. Those that we did not
// move just now are looked for in it before.
func (h history) sweep(ctx context.Context, l listing, keep, moved []int) error {
	in := map[int]bool{}
	for _, id := range moved {
		in[id] = true
	}
	looked := map[segment]bool{}
	var ids []int
	for _, id := range l.loose {
		s, ok := l.segmentOf(id)
		if !ok || slices.Contains(keep, id) {
			continue
		}
		if !in[id] && !looked[s] {
			entries, err := h.segment(ctx, s)
			if err != nil {
				return err
			}
			for _, e := range entries {
				in[e.ID] = true
			}
			looked[s] = true
		}
		if in[id] {
			ids = append(ids, id)
		}
	}
	return each(ctx, ids, func(ctx context.Context, _, id int) error { return h.remove(ctx, looseFile(id)) })
}

// removeReplaced removes segments of which a greater one has everything.
func (h history) removeReplaced(ctx context.Context, l listing) error {
	var errs []error
	for _, s := range l.replaced {
		errs = append(errs, h.remove(ctx, s.file()))
	}
	return errors.Join(errs...)
}

// trim drops the oldest entries where there is no room for all, but for those
// in keep.
func (h history) trim(ctx context.Context, keep []int) error {
	l, err := h.listing(ctx)
	if err != nil {
		return err
	}
	var errs []error
	for _, id := range l.loose[:max(0, len(l.loose)-h.most)] {
		if !slices.Contains(keep, id) {
			errs = append(errs, h.remove(ctx, looseFile(id)))
		}
	}
	return errors.Join(errs...)
}
