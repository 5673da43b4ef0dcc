package engine

import (
	"io"
	"sync"
)

// Synced makes a writer that several containers, or both streams of one, can
// write to at once; a nil w drops what is written.
func Synced(w io.Writer) io.Writer {
	if w == nil {
		w = io.Discard
	}
	return &lockedWriter{w: w}
}

type lockedWriter struct {
	mu sync.Mutex
	w  io.Writer
}

func (l *lockedWriter) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}
