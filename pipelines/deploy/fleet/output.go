package fleet

import (
	"bytes"
	"fmt"
	"io"
	"sync"
)

// lines writes the output of several hosts to one writer, line by line.
type lines struct {
	mu    sync.Mutex
	log   io.Writer
	width int
}

func (t *Target) prefixed(log io.Writer) *lines {
	names := make([]string, len(t.Members))
	for i, m := range t.Members {
		names[i] = m.Host
	}
	return newLines(log, names)
}

func newLines(log io.Writer, names []string) *lines {
	l := &lines{log: log}
	for _, name := range names {
		l.width = max(l.width, len(name))
	}
	return l
}

// Prefixed are writers to out, one for each name: each whole line that is written
// to one of them gets the name in front. Closing one writes a last line that has
// no end, and leaves out open.
func Prefixed(out io.Writer, names []string) []io.WriteCloser {
	l := newLines(out, names)
	writers := make([]io.WriteCloser, len(names))
	for i, name := range names {
		writers[i] = l.of(name)
	}
	return writers
}

// of is a writer for what one host prints; see hostOutput.
func (l *lines) of(host string) *hostOutput {
	return &hostOutput{all: l, prefix: fmt.Sprintf("%-*s | ", l.width, host)}
}

// longestLine is the longest line that is kept waiting for its end.
const longestLine = 16 << 10

// hostOutput writes whole lines, each with the host's name before it. It is
// safe for several goroutines.
type hostOutput struct {
	all     *lines
	prefix  string
	partial []byte // guarded by all.mu
}

// Write writes the whole lines of p and keeps the rest.
func (o *hostOutput) Write(p []byte) (int, error) {
	o.all.mu.Lock()
	defer o.all.mu.Unlock()
	o.partial = append(o.partial, p...)
	for {
		// A carriage return ends a line, too: what comes after it has the host's name.
		end := bytes.IndexAny(o.partial, "\r\n")
		if isReturn := end >= 0 && o.partial[end] == '\r'; isReturn && end+1 == len(o.partial) {
			end = -1 // a line feed may follow
		} else if isReturn && o.partial[end+1] == '\n' {
			end++
		}
		if end < 0 && len(o.partial) < longestLine {
			return len(p), nil
		}
		if end < 0 {
			end = len(o.partial) - 1
		}
		if err := o.line(o.partial[:end+1]); err != nil {
			return 0, err
		}
		o.partial = o.partial[end+1:]
	}
}

// flush writes a last line that has no end.
func (o *hostOutput) flush() {
	o.all.mu.Lock()
	defer o.all.mu.Unlock()
	if len(o.partial) > 0 {
		_ = o.line(o.partial) // what is shown of a run does not fail it
		o.partial = nil
	}
}

// Close writes a last line that has no end.
func (o *hostOutput) Close() error {
	o.flush()
	return nil
}

func (o *hostOutput) line(text []byte) error {
	_, err := fmt.Fprintf(o.all.log, "%s%s\n", o.prefix, bytes.TrimRight(text, "\r\n"))
	return err
}
