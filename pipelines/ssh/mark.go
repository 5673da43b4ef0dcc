package ssh

import (
	"bytes"
	"io"
	"strconv"
	"strings"
	"sync"

	"git.example/slipway/pipelines/command"
)

// marked is a writer that passes on what comes after the mark of prologue.
// Before it a login shell may have talked.
type marked struct {
	to   io.Writer // nil discards
	mark string
	// found gets the process id that the mark brings.
	found func(pid int)

	mu     sync.Mutex
	before []byte
	passed bool
	after  *command.Tail // what was passed on; nil for none
}

func (m *marked) Write(p []byte) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	rest := p
	if !m.passed {
		m.before = append(m.before, p...)
		at := bytes.Index(m.before, []byte(m.mark+" "))
		if at < 0 {
			if extra := len(m.before) - 64<<10; extra > 0 {
				m.before = m.before[extra:]
			}
			return len(p), nil
		}
		digits, after, whole := bytes.Cut(m.before[at+len(m.mark)+1:], []byte("\n"))
		if !whole {
			return len(p), nil
		}
		m.passed, rest = true, after
		if pid, err := strconv.Atoi(strings.TrimSpace(string(digits))); err == nil {
			m.found(pid)
		}
	}
	if len(rest) == 0 {
		return len(p), nil
	}
	if m.after != nil {
		m.after.Write(rest)
	}
	if m.to != nil {
		if _, err := m.to.Write(rest); err != nil {
			return 0, err
		}
	}
	return len(p), nil
}

// started says whether the mark has come.
func (m *marked) started() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.passed
}

// noise is what came instead of the mark.
func (m *marked) noise() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	tail := &command.Tail{}
	tail.Write(m.before)
	return tail.String()
}

// oneAtATime is a writer for several goroutines.
type oneAtATime struct {
	mu sync.Mutex
	to io.Writer
}

func (o *oneAtATime) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.to.Write(p)
}

// sameWriter says whether two writers are one, as far as that can be compared.
func sameWriter(a, b io.Writer) bool {
	defer func() { recover() }() // a type that can't be compared
	return a != nil && a == b
}
