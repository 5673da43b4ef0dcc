package journal

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// listing is what the names in the directory of the history tell: no file has
// to be read to know which entries there are.
type listing struct {
	// loose are the ids of the entries that have a file of their own, in order.
	loose []int
	// segments are the files with many entries, in order; none is within another.
	segments []segment
	// replaced are segments within another one, which were to be removed.
	replaced []segment
}

// segment is a file with all of the entries from first to last.
type segment struct{ first, last int }

func (s segment) file() string { return fmt.Sprintf("history/%d-%d.json", s.first, s.last) }

func (s segment) has(id int) bool { return s.first <= id && id <= s.last }

func looseFile(id int) string { return "history/" + strconv.Itoa(id) + ".json" }

func newListing(names []string) listing {
	l := listing{loose: numbered(names)}
	var all []segment
	for _, name := range names {
		first, last, ok := strings.Cut(strings.TrimSuffix(name, ".json"), "-")
		a, errA := strconv.Atoi(first)
		b, errB := strconv.Atoi(last)
		if ok && errA == nil && errB == nil {
			all = append(all, segment{a, b})
		}
	}
	slices.SortFunc(all, func(a, b segment) int { return a.first - b.first })
	for _, s := range all {
		within := slices.ContainsFunc(all, func(o segment) bool { return o != s && o.first <= s.first && s.last <= o.last })
		if within {
			l.replaced = append(l.replaced, s)
		} else {
			l.segments = append(l.segments, s)
		}
	}
	return l
}

// end is the last id that is in a segment; 0 for none.
func (l listing) end() int {
	if len(l.segments) == 0 {
		return 0
	}
	return l.segments[len(l.segments)-1].last
}

// newest is the greatest id; 0 for an empty history.
func (l listing) newest() int {
	if len(l.loose) == 0 {
		return l.end()
	}
	return max(l.loose[len(l.loose)-1], l.end())
}

// segmentOf is the segment that an id is in.
func (l listing) segmentOf(id int) (segment, bool) {
	for _, s := range l.segments {
		if s.has(id) {
			return s, true
		}
	}
	return segment{}, false
}

// piece is what is read at once: a segment, or some loose entries, newest first.
type piece struct {
	segment segment
	loose   []int
}

// pieces are all that has entries older than id, newest first, with at most so
// many loose ones each. What is loose although a segment has it, is not among
// the loose ones.
func (l listing) pieces(older, most int) []piece {
	var all []piece
	var run []int
	flush := func() {
		for part := range slices.Chunk(run, most) {
			all = append(all, piece{loose: slices.Clone(part)})
		}
		run = nil
	}
	segments := slices.Clone(l.segments)
	add := func(above int) {
		for len(segments) > 0 && segments[len(segments)-1].first > above {
			flush()
			if s := segments[len(segments)-1]; s.first < older {
				all = append(all, piece{segment: s})
			}
			segments = segments[:len(segments)-1]
		}
	}
	for _, id := range slices.Backward(l.loose) {
		if _, in := l.segmentOf(id); in || id >= older {
			continue
		}
		add(id)
		run = append(run, id)
	}
	add(-1)
	flush()
	return all
}
