package ecs

import (
	"fmt"
	"io"
	"sync"
)

// lineLog takes lines from several goroutines.
type lineLog struct {
	mu sync.Mutex
	to io.Writer
}

func (l *lineLog) printf(format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	fmt.Fprintf(l.to, format+"\n", args...)
}
