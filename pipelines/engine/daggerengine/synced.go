package daggerengine

import (
	"io"
	"sync"
)

// synced makes a writer that several containers can write to at once.
func synced(w io.Writer) io.Writer {
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
