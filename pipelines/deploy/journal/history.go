package journal

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"math"
	"slices"
)

// history is the directory with the entries. The newest have a file each, older
// ones are many in a file; see compact.
type history struct {
	*store
	// most is how many entries stay; all when zero.
	most int
}

func (h history) listing(ctx context.Context) (listing, error) {
	names, err := h.list(ctx, "history")
	return newListing(names), err
}

// save writes an entry.
func (h history) save(ctx context.Context, e Entry) error {
	return h.write(ctx, looseFile(e.ID), e, 0o644)
}

// nextID is the id of the next deploy.
func (h history) nextID(ctx context.Context) (int, error) {
	l, err := h.listing(ctx)
	return l.newest() + 1, err
}

// entry is the one with that id.
func (h history) entry(ctx context.Context, id int) (Entry, error) {
	var e Entry
	err := h.read(ctx, looseFile(id), &e)
	if !errors.Is(err, fs.ErrNotExist) {
		return e, err
	}
	l, listed := h.listing(ctx)
	if listed != nil {
		return e, listed
	}
	s, ok := l.segmentOf(id)
	if !ok {
		return e, err
	}
	entries, failed := h.segment(ctx, s)
	if failed != nil {
		return e, failed
	}
	if i := slices.IndexFunc(entries, func(e Entry) bool { return e.ID == id }); i >= 0 {
		return entries[i], nil
	}
	return e, err
}

// lookAgain is how often the history is listed again, when what was listed is
// not there any more: a deploy has moved it meanwhile.
const lookAgain = 5

// newest gives the entries, newest first. Most is how many loose ones are read
// ahead.
func (h history) newest(ctx context.Context, most int) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		older, tries := math.MaxInt, 0
		for {
			l, err := h.listing(ctx)
			if err != nil {
				yield(Entry{}, err)
				return
			}
			for _, p := range l.pieces(older, most) {
				var entries []Entry
				if entries, err = h.piece(ctx, p); err != nil {
					break
				}
				for _, e := range entries {
					if e.ID >= older {
						continue
					}
					if !yield(e, nil) {
						return
					}
					older, tries = e.ID, 0
				}
			}
			if err == nil {
				return
			}
			if tries++; !errors.Is(err, fs.ErrNotExist) || tries == lookAgain {
				yield(Entry{}, err)
				return
			}
		}
	}
}

// piece is the entries of one, newest first.
func (h history) piece(ctx context.Context, p piece) ([]Entry, error) {
	if len(p.loose) == 0 {
		return h.segment(ctx, p.segment)
	}
	entries := make([]Entry, len(p.loose))
	err := each(ctx, p.loose, func(ctx context.Context, i, id int) error {
		return h.read(ctx, looseFile(id), &entries[i])
	})
	return entries, err
}

// segment is the entries of one, newest first.
func (h history) segment(ctx context.Context, s segment) ([]Entry, error) {
	var content struct {
		Entries []Entry `json:"entries"`
	}
	if err := h.read(ctx, s.file(), &content); err != nil {
		return nil, err
	}
	slices.Reverse(content.Entries)
	for _, e := range content.Entries {
		if !s.has(e.ID) {
			return nil, fmt.Errorf("reading the journal's %q: it has the entry of deploy %d", s.file(), e.ID)
		}
	}
	return content.Entries, nil
}
