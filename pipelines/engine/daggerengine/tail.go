package daggerengine

import (
	"bytes"
	"strings"
	"sync"
)

// errorBytes is how much of an output an error shows at most.
const errorBytes = 4 << 10

// tail keeps the last bytes that are written to it, in whole lines.
type tail struct {
	mu      sync.Mutex
	limit   int
	kept    []byte
	dropped bool
}

func newTail(limit int) *tail { return &tail{limit: limit} }

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := len(p)
	if len(p) > t.limit {
		p, t.kept, t.dropped = p[len(p)-t.limit:], nil, true
	}
	t.kept = append(t.kept, p...)
	if over := len(t.kept) - t.limit; over > 0 {
		t.kept, t.dropped = append([]byte(nil), t.kept[over:]...), true
	}
	return n, nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	kept := t.kept
	if i := bytes.IndexByte(kept, '\n'); t.dropped && i >= 0 {
		kept = kept[i+1:]
	}
	return string(kept)
}

// lastLines are the last n lines of text.
func lastLines(text string, n int) string {
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}
